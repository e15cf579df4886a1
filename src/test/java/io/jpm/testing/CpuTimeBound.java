package io.jpm.testing;

import java.lang.management.ManagementFactory;
import java.lang.management.ThreadMXBean;
import java.util.function.Supplier;

/// Checks that the processor time of some work has a bound in proportion to its input. Only the
/// time of this thread counts, not the time for which the machine lets it wait.
public final class CpuTimeBound {
  private static final ThreadMXBean THREADS = ManagementFactory.getThreadMXBean();
  private static final long BASE_NANOS = 500_000_000;
  private static final long UNIT_NANOS = 100_000;

  /// The first round may load classes or compile code.
  private static final int ROUNDS = 3;

  private CpuTimeBound() {}

  /// Does the work, again if it took too long, and fails if every round did.
  ///
  /// @param units the size of the input, in bytes or characters
  /// @return the result of the work
  public static <T> T proportionalTo(int units, Supplier<T> work) {
    long most = BASE_NANOS + units * UNIT_NANOS;
    long least = Long.MAX_VALUE;
    for (int round = 0; round < ROUNDS; round++) {
      long begun = THREADS.getCurrentThreadCpuTime();
      T result = work.get();
      long taken = THREADS.getCurrentThreadCpuTime() - begun;
      if (taken <= most) {
        return result;
      }
      least = Math.min(least, taken);
    }
    throw new AssertionError(
        "%,d ns of the processor for %,d units, at most %,d are fine"
            .formatted(least, units, most));
  }
}
