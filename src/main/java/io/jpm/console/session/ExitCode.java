package io.jpm.console.session;

/// Exit codes of the client. The first two have the same values as in PM2.
public enum ExitCode {
  OK(0),
  /// The command failed, wholly or in part, or was not valid.
  FAILED(1),
  /// The request is not valid: client and daemon have incompatible versions.
  BAD_REQUEST(2),
  /// No app is running any more. `bin/jpm-runtime` converts this code to 2.
  IDLE(3),
  /// An internal error in jpm (`EX_SOFTWARE` in `sysexits.h`).
  INTERNAL(70);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
