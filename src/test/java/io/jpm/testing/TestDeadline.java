package io.jpm.testing;

import java.time.Duration;

/// The factor by which the deadlines of tests are multiplied, for machines that are slow or busy:
/// those of [Eventually] and of the waits for processes and futures. A deadline ends only a test
/// that fails, so a higher factor costs nothing where all tests pass.
///
/// JUnit's `@Timeout` is a constant that no factor can change. It is for waits that have no
/// deadline of their own, and at least 60 s.
///
/// The system property `jpm.test.patience` sets it, a number from 1 to 100; the default is 1.
public final class TestDeadline {
  private static final double FACTOR = read(System.getProperty("jpm.test.patience", "1"));

  private TestDeadline() {}

  /// Returns the deadline for something that takes at most this long on an otherwise idle machine.
  public static Duration scaled(Duration deadline) {
    return Duration.ofNanos((long) (deadline.toNanos() * FACTOR));
  }

  /// Like [#scaled(Duration)], in whole seconds.
  public static long scaledSeconds(long deadline) {
    return (long) (deadline * FACTOR);
  }

  /// As [#scaledSeconds], in milliseconds, for the read timeout of a socket.
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
      // Reported below, like a number that is too small.
    }
    throw new IllegalArgumentException(
        "jpm.test.patience is %s: expected a number from 1 to 100, such as 3".formatted(text));
  }
}
