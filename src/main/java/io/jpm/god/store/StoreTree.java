package io.jpm.god.store;

import io.jpm.bus.god.StoreCommand.Setting;
import io.jpm.model.AppName;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Reads, sets and removes values in the JSON tree of `conf.json`, which consists of objects with
/// strings as leaves. A user who edits the file may also insert other JSON values.
final class StoreTree {
  /// Maximum size of all values of an app, in bytes. One variable contains all of them, and the
  /// kernel limits a variable to 128 KiB (`MAX_ARG_STRLEN`).
  private static final int MOST_OF_APP = 100_000;

  private StoreTree() {}

  /// Puts a value into `tree`.
  ///
  /// @return a message for the user if the value cannot be put; `tree` may then be partly changed
  static Optional<String> put(JsonObject tree, Setting setting) {
    List<String> path = setting.path();
    JsonObject at = tree;
    for (int depth = 0; depth < path.size() - 1; depth++) {
      String name = path.get(depth);
      switch (at.getValue(name)) {
        case null -> {
          var made = new JsonObject();
          at.put(name, made);
          at = made;
        }
        case JsonObject there -> at = there;
        case Object _ -> {
          String shown = shown(path.subList(0, depth + 1));
          return Optional.of(
              "%1$s is a value and cannot contain keys: remove it with jpm unset %1$s"
                  .formatted(shown));
        }
      }
    }
    if (at.getValue(path.getLast()) instanceof JsonObject) {
      return Optional.of(
          "%1$s contains keys: specify one of them (%1$s:KEY), or remove all of them with jpm unset %1$s"
              .formatted(shown(path)));
    }
    at.put(path.getLast(), setting.value());
    return tooMuch(tree, path.getFirst());
  }

  private static Optional<String> tooMuch(JsonObject tree, String app) {
    boolean fits =
        !(tree.getValue(app) instanceof JsonObject all)
            || all.encode().getBytes(StandardCharsets.UTF_8).length <= MOST_OF_APP;
    return fits
        ? Optional.empty()
        : Optional.of(
            "the values stored for %s would exceed %d bytes, the limit for all values of an app: remove some with jpm unset"
                .formatted(app, MOST_OF_APP));
  }

  /// Removes the value at `path`, and all objects that become empty.
  ///
  /// @return whether there was a value
  static boolean remove(JsonObject tree, List<String> path) {
    if (path.isEmpty()) {
      boolean any = !tree.isEmpty();
      tree.clear();
      return any;
    }
    String name = path.getFirst();
    if (path.size() == 1) {
      boolean there = tree.containsKey(name);
      tree.remove(name);
      return there;
    }
    if (!(tree.getValue(name) instanceof JsonObject inner)
        || !remove(inner, path.subList(1, path.size()))) {
      return false;
    }
    if (inner.isEmpty()) {
      tree.remove(name);
    }
    return true;
  }

  /// Returns the variables of an app according to PM2's rule: each key of the app becomes a
  /// variable, and a further variable with the name of the app contains all of them as JSON. A
  /// value that is not a string is encoded as JSON. Null values are omitted, and so are names and
  /// values that a variable cannot have.
  static Map<String, String> variables(JsonObject tree, AppName app) {
    Map<String, String> variables = new LinkedHashMap<>();
    if (!(tree.getValue(app.value()) instanceof JsonObject own) || own.isEmpty()) {
      return variables;
    }
    variables.put(app.value(), own.encode());
    own.forEach(entry -> {
      if (entry.getValue() != null) {
        variables.put(entry.getKey(), text(entry.getValue()));
      }
    });
    variables.keySet().removeIf(name -> !canBeName(name));
    variables.values().removeIf(value -> value.indexOf('\0') >= 0);
    return variables;
  }

  private static String text(Object value) {
    return switch (value) {
      case JsonObject object -> object.encode();
      case JsonArray array -> array.encode();
      default -> String.valueOf(value);
    };
  }

  private static boolean canBeName(String name) {
    return !name.isEmpty() && name.indexOf('=') < 0 && name.indexOf('\0') < 0;
  }

  private static String shown(List<String> path) {
    return String.join(":", path);
  }
}
