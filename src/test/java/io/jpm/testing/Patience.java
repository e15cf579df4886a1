package io.jpm.testing;

import java.time.Duration;

/// The factor by which the deadlines of tests are multiplied, for machines that are slow or busy:
/// those of [Eventually] and of the waits for processes and futures, not JUnit's `@Timeout`. A
/// deadline ends only a test that fails, so a higher factor costs nothing where all tests pass.
///
/// It is set by the system property `jpm.test.patience`, a number from 1 on; 1 without it.
public final class Patience {
  private static final double FACTOR = read(System.getProperty("jpm.test.patience", "1"));

  private Patience() {}

  /// The deadline for what takes at most this long on a machine of its own.
  public static Duration of(Duration deadline) {
    return Duration.ofNanos((long) (deadline.toNanos() * FACTOR));
  }

  /// As [#of(Duration)], in whole seconds.
  public static long seconds(long deadline) {
    return (long) (deadline * FACTOR);
  }

  /// As [#seconds], in milliseconds, for the read timeout of a socket.
  ///
  /// @param seconds the deadline in seconds
  public static int millis(int seconds) {
    return (int) (1000L * seconds * FACTOR);
  }

  private static double read(String text) {
    try {
      double factor = Double.parseDouble(text);
      if (factor >= 1 && factor <= 100) {
        return factor;
      }
    } catch (NumberFormatException _) {
      // The same sentence as for a number that is too small.
    }
    throw new IllegalArgumentException(
        "jpm.test.patience is %s: expected a number from 1 to 100, such as 3".formatted(text));
  }
}
