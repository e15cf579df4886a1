package io.jpm.console.session;

/// What the client exits with; the first two are PM2's.
public enum ExitCode {
  OK(0),
  /// The command was understood and failed, wholly or in part, or was not understood.
  FAILED(1),
  /// The request was none: client and daemon do not belong together.
  BAD_REQUEST(2),
  /// Nothing runs any more; for `bin/jpm-runtime`, which makes a 2 of it.
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
