package io.jpm.client;

import java.util.List;
import java.util.Optional;

/// The changes that [Request#apply] made to one app, or that [Request#plan] would make.
///
/// @param app the name of the app
/// @param action `start`, `unchanged`, `live`, `scale`, `rolling`, `restart` or `delete`
/// @param stopped whether the app is stopped and remains stopped
/// @param fields the settings that differ
/// @param problem why the changes failed; empty if they succeeded or were only planned
public record AppChangeResult(
    String app, String action, boolean stopped, List<Field> fields, Optional<String> problem) {
  public AppChangeResult {
    fields = List.copyOf(fields);
  }

  /// A setting that differs. Secrets are masked.
  ///
  /// @param key the key of the setting in a process file
  /// @param from the old value; empty if the setting was not set
  /// @param to the new value
  public record Field(String key, String from, String to) {
    static Field of(JsonMembers json) {
      return new Field(json.text("key"), json.text("from"), json.text("to"));
    }
  }

  static AppChangeResult of(JsonMembers json) {
    return new AppChangeResult(
        json.text("app"),
        json.text("action"),
        json.isTrue("stopped"),
        json.each("fields", Field::of),
        json.optionalText("problem"));
  }
}
