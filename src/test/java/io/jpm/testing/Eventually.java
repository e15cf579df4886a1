package io.jpm.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for something that another thread or process causes. This is the only place in the tests
/// where time passes unused. A deadline costs time only in a test that fails.
public final class Eventually {
  /// The interval grows with the time waited: a quick result is seen quickly, and a slow one is
  /// checked less often, since many checks start a process.
  private static final long SHORTEST_NANOS = Duration.ofMillis(2).toNanos();

  private static final long LONGEST_NANOS = Duration.ofMillis(25).toNanos();

  /// A condition that takes this long starts a process, or waits for one. The pause after it is a
  /// multiple of its duration, which leaves the processor to what it waits for.
  private static final long COSTLY_NANOS = Duration.ofMillis(8).toNanos();

  private static final int PAUSES_AFTER_COSTLY = 4;

  private static final long LONGEST_AFTER_COSTLY_NANOS = Duration.ofMillis(400).toNanos();

  private Eventually() {}

  /// Waits until `condition` holds.
  ///
  /// @param what the description in the message of a failure
  public static void await(String what, Duration deadline, BooleanSupplier condition) {
    await(what, deadline, condition, () -> "no");
  }

  /// Waits until `condition` holds. The message of a failure shows the last value of `seen`.
  public static void await(
      String what, Duration deadline, BooleanSupplier condition, Supplier<?> seen) {
    Duration timeout = TestDeadline.scaled(deadline);
    long begin = System.nanoTime();
    for (long asked = begin; !condition.getAsBoolean(); asked = System.nanoTime()) {
      long now = System.nanoTime();
      long waited = now - begin;
      if (waited > timeout.toNanos()) {
        throw new AssertionError(what + ": not within " + timeout + "; last seen: " + seen.get());
      }
      LockSupport.parkNanos(
          now - asked > COSTLY_NANOS
              ? Math.min(PAUSES_AFTER_COSTLY * (now - asked), LONGEST_AFTER_COSTLY_NANOS)
              : Math.clamp(waited / 10, SHORTEST_NANOS, LONGEST_NANOS));
    }
  }
}
