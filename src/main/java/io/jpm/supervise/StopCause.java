package io.jpm.supervise;

/// The reason why an instance is in phase `stopping`, or will be when its launch has completed.
public enum StopCause {
  /// The instance is not stopping.
  NONE,
  /// A command or a trigger requested the stop.
  ASKED,
  /// The run ended on its own or failed. The main process, if it is still running, and its
  /// descendants are being stopped, so that their ports are free for the next process.
  FELL
}
