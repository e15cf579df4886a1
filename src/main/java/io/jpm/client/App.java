package io.jpm.client;

import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/// An app as it stands in a process file; `docs/process-file.md` has its keys. Never changes: every
/// `with` gives another.
///
/// ```java
/// App web = App.of("web", "./server.js").with("instances", 2).with("env", Map.of("PORT", "80"));
/// ```
///
/// @param json the keys and values, those that JSON has: maps, lists, texts, numbers, booleans,
///   null
public record App(Map<String, @Nullable Object> json) {
  public App {
    json = new LinkedHashMap<>(json);
  }

  /// An app with a name.
  ///
  /// @param script what runs: a program or a script, relative to [Apps#cwd] if it has a slash
  public static App of(String name, String script) {
    return of(script).with("name", name);
  }

  /// An app that is called as its script.
  public static App of(String script) {
    return new App(Map.of("script", Objects.requireNonNull(script)));
  }

  /// The same with this key as well.
  public App with(String key, @Nullable Object value) {
    Map<String, @Nullable Object> more = new LinkedHashMap<>(json);
    more.put(key, value);
    return new App(more);
  }
}
