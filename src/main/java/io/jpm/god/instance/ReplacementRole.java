package io.jpm.god.instance;

/// What an instance's process is, while a reload has two of them side by side.
public enum ReplacementRole {
  /// The one in the list: people, schedules and limits mean it.
  CURRENT,
  /// A new one, which takes the place of the current one as soon as it is ready.
  CANDIDATE,
  /// One whose place was taken: it finishes its connections and ends.
  DRAINING
}
