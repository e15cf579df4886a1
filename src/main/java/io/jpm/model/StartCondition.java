package io.jpm.model;

/// The state that an app must reach before an app that depends on it is started.
public enum StartCondition {
  /// Every instance has a process.
  STARTED("started"),
  /// Every instance is online.
  READY("ready"),
  /// Every instance has run and has exited by itself with code 0.
  COMPLETED("completed");

  private final String word;

  StartCondition(String word) {
    this.word = word;
  }

  /// Returns the keyword for this condition in process files.
  public String word() {
    return word;
  }
}
