package io.jpm.bus.god;

import io.jpm.model.AppName;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;

/// The change to one app that applying a process file makes or has made.
///
/// @param app the app's name
/// @param kind the kind of change
/// @param fields the attributes that differ, each once, and `status` if the app was errored; empty
///   for a new app, [Kind#DELETE] and [Kind#UNCHANGED]
/// @param stopped whether no instance of the app is running or being started, so only the spec
///   changes
/// @param problem why the change failed, entirely or in part; empty if it succeeded or was only
///   planned
public record AppChange(
    AppName app, Kind kind, List<Field> fields, boolean stopped, Optional<String> problem) {
  public AppChange {
    fields = List.copyOf(fields);
  }

  /// Returns a copy of this change that has failed for the reason `why`.
  public AppChange failed(String why) {
    return new AppChange(app, kind, fields, stopped, Optional.of(why));
  }

  /// Returns the names of the attributes that differ, separated by commas.
  public String keys() {
    return fields.stream().map(Field::key).collect(Collectors.joining(", "));
  }

  /// The kinds of changes. Users and clients see them in lower case.
  public enum Kind {
    /// The app is started, because it is new, or because it was errored and has no running process.
    START,
    /// The app matches the file.
    UNCHANGED,
    /// The processes keep running: the change affects only how jpm treats them.
    LIVE,
    /// The number of instances changes.
    SCALE,
    /// The processes are replaced without downtime.
    ROLLING,
    /// The processes are restarted.
    RESTART,
    /// The app is deleted, because it was loaded from this file, which no longer contains it.
    DELETE
  }

  /// An attribute whose value differs.
  ///
  /// @param key the attribute's name in a process file, such as `args` or `env.PORT`
  /// @param from the current value, as text for users; empty if it is not set
  /// @param to the new value
  public record Field(String key, String from, String to) {}
}
