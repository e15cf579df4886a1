package io.jpm.supervise;

/// The cause for which an instance is in phase `stopping`, or will be when its launch has
/// completed.
public enum StopCause {
  /// It is not stopping.
  NONE,
  /// A command or a trigger requested it.
  ASKED,
  /// The run has ended by itself or failed. Its main process, if it still runs, and its descendants
  /// are being ended, so that the next process finds the port free.
  FELL
}
