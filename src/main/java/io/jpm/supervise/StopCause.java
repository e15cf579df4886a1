package io.jpm.supervise;

/// Why an instance is in phase `stopping`, or will be as soon as what is being launched is here.
public enum StopCause {
  /// It is not stopping.
  NONE,
  /// Somebody asked for it.
  ASKED,
  /// Its main process ended by itself and left others of its tree behind, which are being ended so
  /// that a successor finds the port free.
  FELL
}
