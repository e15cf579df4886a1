package io.jpm.supervise;

/// What the owner wants of an instance, kept apart from what is observed.
public enum Wanted {
  /// It shall run.
  UP,
  /// It shall not run.
  DOWN
}
