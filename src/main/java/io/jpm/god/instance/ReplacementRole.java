package io.jpm.god.instance;

/// The role of an instance while a reload runs two processes of the same id side by side.
public enum ReplacementRole {
  /// The instance in the list, to which commands, schedules and limits apply.
  CURRENT,
  /// The new process, which replaces the current one as soon as it is ready.
  CANDIDATE,
  /// The replaced process, which finishes its connections and then exits.
  DRAINING
}
