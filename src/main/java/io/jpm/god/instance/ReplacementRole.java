package io.jpm.god.instance;

/// The role of an instance while a reload runs two processes side by side.
public enum ReplacementRole {
  /// In the list: commands, schedules and limits apply to it.
  CURRENT,
  /// New process that replaces the current one as soon as it is ready.
  CANDIDATE,
  /// Replaced process: it finishes its connections and ends.
  DRAINING
}
