package io.jpm.model.run;

/// How a process ended: never a bare number, since `exit 137` and a SIGKILL are not the same thing.
public sealed interface Exit {
  /// Whether it is how a program ends that is well: exit code 0, or SIGHUP, SIGINT, SIGTERM or
  /// SIGPIPE, as `Restart=on-failure` in `systemd.service(5)` has it, and the codes 129, 130 and
  /// 143 (128 and the signal's number) by which a JVM or a shell tells of the first three.
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

  /// It ended by itself.
  ///
  /// @param code 0 to 255, as given to `_exit(2)`
  record Code(int code) implements Exit {
    @Override
    public String toString() {
      return "exit " + code;
    }
  }

  /// A signal ended it.
  ///
  /// @param signal the signal's number, see `signal(7)`
  /// @param coreDumped whether the kernel wrote a core
  record Signalled(int signal, boolean coreDumped) implements Exit {
    @Override
    public String toString() {
      return Signal.nameOf(signal) + (coreDumped ? " (core dumped)" : "");
    }
  }

  /// It is gone, and the kernel does not tell how: it was not our child and its parent took the
  /// status.
  ///
  /// @param why one short clause for people
  record Unknown(String why) implements Exit {
    @Override
    public String toString() {
      return "exit unknown (" + why + ")";
    }
  }
}
