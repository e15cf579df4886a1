package io.jpm.model.process;

import java.util.Locale;
import java.util.Optional;

/// The signals of Linux on x86-64 and arm64, see `signal(7)`.
public enum Signal {
  SIGHUP(1),
  SIGINT(2),
  SIGQUIT(3),
  SIGILL(4),
  SIGTRAP(5),
  SIGABRT(6),
  SIGBUS(7),
  SIGFPE(8),
  SIGKILL(9),
  SIGUSR1(10),
  SIGSEGV(11),
  SIGUSR2(12),
  SIGPIPE(13),
  SIGALRM(14),
  SIGTERM(15),
  SIGSTKFLT(16),
  SIGCHLD(17),
  SIGCONT(18),
  SIGSTOP(19),
  SIGTSTP(20),
  SIGTTIN(21),
  SIGTTOU(22),
  SIGURG(23),
  SIGXCPU(24),
  SIGXFSZ(25),
  SIGVTALRM(26),
  SIGPROF(27),
  SIGWINCH(28),
  SIGIO(29),
  SIGPWR(30),
  SIGSYS(31);

  private final int number;

  Signal(int number) {
    this.number = number;
  }

  /// Returns the number of the signal in the kernel.
  public int number() {
    return number;
  }

  /// Returns the signal for `text`: `SIGINT`, `INT`, `int` or `2`; empty if there is none.
  public static Optional<Signal> parse(String text) {
    String upper = text.strip().toUpperCase(Locale.ROOT);
    for (Signal signal : values()) {
      if (signal.name().equals(upper)
          || signal.name().equals("SIG" + upper)
          || Integer.toString(signal.number).equals(upper)) {
        return Optional.of(signal);
      }
    }
    return Optional.empty();
  }

  /// Returns the name of signal `number`, or a text such as `signal 34` for a real-time signal.
  public static String nameOf(int number) {
    for (Signal signal : values()) {
      if (signal.number == number) {
        return signal.name();
      }
    }
    return "signal " + number;
  }
}
