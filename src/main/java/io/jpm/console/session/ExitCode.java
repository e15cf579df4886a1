package io.jpm.console.session;

/// Exit codes of the client. The first two are PM2's.
public enum ExitCode {
  OK(0),
  /// The command was understood and failed, wholly or in part, or was not understood.
  FAILED(1),
  /// The request is not valid: client and daemon have incompatible versions.
  BAD_REQUEST(2),
  /// No app runs any more; for `bin/jpm-runtime`, which turns it into a 2.
  IDLE(3),
  /// A defect of jpm (`EX_SOFTWARE` of `sysexits.h`).
  INTERNAL(70);

  private final int number;

  ExitCode(int number) {
    this.number = number;
  }

  int number() {
    return number;
  }
}
