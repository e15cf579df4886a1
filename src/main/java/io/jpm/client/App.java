package io.jpm.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An app as described in a process file, with the keys of `docs/process-file.md`. Immutable: each
/// `with` returns a new app.
///
/// ```java
/// App web = App.of("web", "./server.js").with("instances", 2).with("env", Map.of("PORT", "80"));
/// ```
///
/// @param json the keys and values; values must be representable in JSON: maps, lists, strings,
///   numbers, booleans, null
public record App(Map<String, @Nullable Object> json) {
  public App {
    json = new LinkedHashMap<>(json);
  }

  /// Returns an app with the given name.
  ///
  /// @param script the program or script to run, relative to [Apps#cwd] if it contains a slash
  public static App of(String name, String script) {
    return of(script).with("name", name);
  }

  /// Returns an app that is named after its script.
  public static App of(String script) {
    return new App(Map.of("script", Objects.requireNonNull(script)));
  }

  /// Returns a copy with this key added or replaced.
  public App with(String key, @Nullable Object value) {
    Map<String, @Nullable Object> more = new LinkedHashMap<>(json);
    more.put(key, value);
    return new App(more);
  }
}
