package io.jpm.testing;

import java.time.Duration;
import java.util.concurrent.locks.LockSupport;
import java.util.function.BooleanSupplier;
import java.util.function.Supplier;

/// Waits for something that another thread or process brings about. The only place in the tests
/// where time passes unused; a deadline costs only a test that fails.
public final class Eventually {
  private static final long POLL_NANOS = Duration.ofMillis(2).toNanos();

  private Eventually() {}

  /// Waits until `condition` holds.
  ///
  /// @param what the sentence for the failure
  public static void await(String what, Duration deadline, BooleanSupplier condition) {
    await(what, deadline, condition, () -> "no");
  }

  /// Waits until `condition` holds; the failure shows `seen` as it was last.
  public static void await(
      String what, Duration deadline, BooleanSupplier condition, Supplier<?> seen) {
    long end = System.nanoTime() + deadline.toNanos();
    while (!condition.getAsBoolean()) {
      if (System.nanoTime() - end > 0) {
        throw new AssertionError(what + ": not within " + deadline + "; last seen: " + seen.get());
      }
      LockSupport.parkNanos(POLL_NANOS);
    }
  }
}
