package io.jpm.model.process;

/// How a process terminated. An exit code alone cannot represent this, because `exit 137` and
/// termination by SIGKILL are different.
public sealed interface Exit {
  /// Reports whether the exit was clean. As for `Restart=on-failure` in `systemd.service(5)`, exit
  /// code 0 and termination by SIGHUP, SIGINT, SIGTERM or SIGPIPE are clean. So are the exit codes
  /// 129, 130 and 143 (128 plus the signal number), with which a JVM or a shell reports the first
  /// three signals.
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

  /// The process was terminated by a signal.
  ///
  /// @param signal the signal's number, see `signal(7)`
  /// @param coreDumped whether the kernel wrote a core file
  record Signalled(int signal, boolean coreDumped) implements Exit {
    @Override
    public String toString() {
      return Signal.nameOf(signal) + (coreDumped ? " (core dumped)" : "");
    }
  }

  /// The process has terminated, but its exit status is not available: it was not a child of the
  /// daemon, and its parent has collected the status.
  ///
  /// @param reason why the exit status is not available, as a short clause for users
  record Unknown(String reason) implements Exit {
    @Override
    public String toString() {
      return "exit unknown (" + reason + ")";
    }
  }
}
