package io.jpm.client;

import java.util.List;
import java.util.Optional;

/// What describing apps anew changes, or has changed, about one of them.
///
/// @param app its name
/// @param action `start`, `unchanged`, `live`, `scale`, `rolling`, `restart` or `delete`
/// @param stopped whether nothing of it runs, and that stays so
/// @param fields what is described otherwise
/// @param problem why it could not be done; empty: it was, or nothing was to be done yet
public record AppChangeResult(
    String app, String action, boolean stopped, List<Field> fields, Optional<String> problem) {
  public AppChangeResult {
    fields = List.copyOf(fields);
  }

  /// Something that is described otherwise, with secrets masked.
  ///
  /// @param key its name in a process file
  /// @param from as it was; empty: it was not there
  /// @param to as it is to be
  public record Field(String key, String from, String to) {
    static Field of(JsonMembers json) {
      return new Field(json.text("key"), json.text("from"), json.text("to"));
    }
  }

  static AppChangeResult of(JsonMembers json) {
    return new AppChangeResult(
        json.text("app"),
        json.text("action"),
        json.yes("stopped"),
        json.each("fields", Field::of),
        json.optionalText("problem"));
  }
}
