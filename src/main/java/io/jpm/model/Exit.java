package io.jpm.model;

/// How a process ended: never a bare number, since `exit 137` and a SIGKILL are not the same thing.
public sealed interface Exit {
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
