package io.jpm.bus.god;

import io.jpm.model.AppName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// What a process file changes about one app: what has to be done, or has been done.
///
/// @param app the app's name
/// @param kind what is done about it
/// @param fields what is described otherwise, each once, and `status` where it was given up; empty
///   for what is new, [Kind#DELETE] and [Kind#UNCHANGED]
/// @param stopped whether nothing of it runs, and it stays so: only its description changes
/// @param problem why it could not be done, wholly or in part; empty: it was, or was only planned
public record AppChange(
    AppName app, Kind kind, List<Field> fields, boolean stopped, Optional<String> problem) {
  public AppChange {
    fields = List.copyOf(fields);
  }

  /// The same, failed.
  public AppChange failed(String why) {
    return new AppChange(app, kind, fields, stopped, Optional.of(why));
  }

  /// The names of what is described otherwise, with commas.
  public String keys() {
    return fields.stream().map(Field::key).collect(Collectors.joining(", "));
  }

  /// What is done. The words are these in lower case.
  public enum Kind {
    /// It is new, or was given up and none of its processes has to give way.
    START,
    /// It is as the file says.
    UNCHANGED,
    /// Its processes go on: what changes is what jpm does with them.
    LIVE,
    /// It gets more or fewer instances.
    SCALE,
    /// Its processes are replaced without a gap.
    ROLLING,
    /// Its processes are restarted.
    RESTART,
    /// It has come from this file and is not in it any more.
    DELETE
  }

  /// Something that is described otherwise.
  ///
  /// @param key its name in a process file, such as `args` or `env.PORT`
  /// @param from how it is now, as text for people; empty: it is not there
  /// @param to how it is to be
  public record Field(String key, String from, String to) {}
}
