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

/// What is in `conf.json`: objects, and a text at each end. A person who edits the file may put any
/// JSON there.
final class StoreTree {
  /// The kernel takes no variable of more than 128 KiB (`MAX_ARG_STRLEN`), and all that is stored
  /// for an app is one variable of it.
  private static final int MOST_OF_APP = 100_000;

  private StoreTree() {}

  /// Puts a text into `tree`.
  ///
  /// @return why that cannot be, in a sentence; `tree` is half changed then
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
          return Optional.of("%1$s is a value: jpm unset %1$s takes it away".formatted(shown));
        }
      }
    }
    if (at.getValue(path.getLast()) instanceof JsonObject) {
      return Optional.of(
          "%1$s has keys of its own: name one of them (%1$s:KEY), or take all away with jpm unset %1$s"
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
            "what is stored for %s would be more than %d bytes: an app gets it as one variable, and the kernel takes no longer ones"
                .formatted(app, MOST_OF_APP));
  }

  /// Takes away what is at `path`, and objects that are empty then.
  ///
  /// @return whether there was anything
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

  /// PM2's rule: each key of the app is a variable, and one more of the app's name is all of them
  /// as JSON. What is no text becomes JSON; `null` is no variable.
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
