package io.jpm.console.store;

import io.jpm.config.deploy.Secrets;
import io.jpm.console.text.TerminalSanitizer;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Pattern;

/// Formats the store as the `jpm set` commands that restore its content, as PM2 does.
public final class StoreText {
  private static final Pattern PLAIN = Pattern.compile("[\\p{L}\\p{N}_@%+=:,./-]+");

  private StoreText() {}

  /// Formats the whole store, one app after another.
  static String of(JsonObject tree) {
    var text = new StringBuilder();
    tree.forEach(entry -> {
      if (entry.getValue() instanceof JsonObject inner) {
        text.append(of(entry.getKey(), inner));
      } else {
        add(text, List.of(entry.getKey()), entry.getValue());
      }
    });
    return text.toString();
  }

  /// Formats all values of one app, which are stored under the app's top-level key.
  static String of(String app, JsonObject below) {
    var text = new StringBuilder("Module: ").append(TerminalSanitizer.visible(app)).append('\n');
    add(text, List.of(app), below);
    return text.toString();
  }

  /// Formats the value at a path.
  static String at(List<String> path, Object value) {
    var text = new StringBuilder();
    add(text, path, value);
    return text.toString();
  }

  private static void add(StringBuilder text, List<String> path, Object value) {
    if (value instanceof JsonObject object) {
      object.forEach(entry -> {
        List<String> deeper = new ArrayList<>(path);
        deeper.add(entry.getKey());
        add(text, deeper, entry.getValue());
      });
      return;
    }
    text.append("$ jpm set ")
        .append(word(StoreKey.of(path)))
        .append(' ')
        .append(word(plain(value)))
        .append('\n');
  }

  /// Returns the text of a value, as an app receives it in an environment variable.
  static String plain(Object value) {
    return switch (value) {
      case null -> "null";
      case JsonObject object -> object.encode();
      case JsonArray array -> array.encode();
      case Object other -> other.toString();
    };
  }

  private static String word(String text) {
    String quoted = PLAIN.matcher(text).matches() ? text : "'" + text.replace("'", "'\\''") + "'";
    return TerminalSanitizer.visible(quoted);
  }

  /// Returns a copy of the variables in which the secrets within JSON objects are masked. Values
  /// that are not JSON objects are unchanged.
  public static Map<String, String> masked(Map<String, String> variables) {
    Map<String, String> masked = new HashMap<>(variables);
    masked.replaceAll((name, value) -> value.startsWith("{") ? maskedObject(value) : value);
    return masked;
  }

  private static String maskedObject(String json) {
    try {
      return masked(new JsonObject(json)).encode();
    } catch (DecodeException noJson) {
      return json;
    }
  }

  private static JsonObject masked(JsonObject object) {
    var masked = new JsonObject();
    object.forEach(entry ->
        masked.put(
            entry.getKey(),
            entry.getValue() instanceof JsonObject inner
                ? masked(inner)
                : Secrets.mask(entry.getKey(), plain(entry.getValue()))));
    return masked;
  }

  /// Returns the value at `path`; empty if there is none.
  static Optional<Object> find(JsonObject tree, List<String> path) {
    Object at = tree;
    for (String name : path) {
      if (!(at instanceof JsonObject object) || !object.containsKey(name)) {
        return Optional.empty();
      }
      at = object.getValue(name);
    }
    return Optional.ofNullable(at);
  }
}
