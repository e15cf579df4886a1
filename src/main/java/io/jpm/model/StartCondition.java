package io.jpm.model;

/// What an app must have come to before another that depends on it is started.
public enum StartCondition {
  /// Every instance has a process.
  STARTED("started"),
  /// Every instance is online.
  READY("ready"),
  /// Every instance has run and ended by itself with exit code 0.
  COMPLETED("completed");

  private final String word;

  StartCondition(String word) {
    this.word = word;
  }

  /// The word in a process file.
  public String word() {
    return word;
  }
}
