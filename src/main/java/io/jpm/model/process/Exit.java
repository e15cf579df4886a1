package io.jpm.model.process;

/// How a process ended. Not a bare number, since `exit 137` and a SIGKILL are different.
public sealed interface Exit {
  /// Reports whether the end was clean: exit code 0, or SIGHUP, SIGINT, SIGTERM or SIGPIPE, as for
  /// `Restart=on-failure` in `systemd.service(5)`, or the exit codes 129, 130 and 143 (128 plus the
  /// signal's number), by which a JVM or a shell reports the first three.
  default boolean isClean() {
    return switch (this) {
      case Code(int code) -> code == 0 || code == 129 || code == 130 || code == 143;
      case Signalled(int signal, boolean _) ->
          signal == Signal.SIGHUP.number()
              || signal == Signal.SIGINT.number()
              || signal == Signal.SIGTERM.number()
              || signal == Signal.SIGPIPE.number();
      case Unknown _ -> false;
    };
  }

  /// The process exited by itself.
  ///
  /// @param code 0 to 255, as passed to `_exit(2)`
  record Code(int code) implements Exit {
    @Override
    public String toString() {
      return "exit " + code;
    }
  }

  /// A signal ended the process.
  ///
  /// @param signal the signal's number, see `signal(7)`
  /// @param coreDumped whether the kernel wrote a core file
  record Signalled(int signal, boolean coreDumped) implements Exit {
    @Override
    public String toString() {
      return Signal.nameOf(signal) + (coreDumped ? " (core dumped)" : "");
    }
  }

  /// The process has ended, but its status is not available: it was not a child of the daemon, and
  /// its parent took the status.
  ///
  /// @param reason the reason for users, a short clause
  record Unknown(String reason) implements Exit {
    @Override
    public String toString() {
      return "exit unknown (" + reason + ")";
    }
  }
}
