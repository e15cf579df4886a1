package io.jpm.god.journal;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Calculates the pause after each operation, so that a few operations follow each other
/// immediately and many leave most of the time to others. Confined to one thread.
final class WriteThrottle {
  /// The minimum pause.
  static final long LEAST_MILLIS = 25;

  /// Number of operations without a pause after an idle period.
  private static final int BURST = 32;

  private static final long PAUSE_FACTOR = 4;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  private final LongSupplier nanoTime;
  private final long quickMillis;

  /// Number of further operations without a pause; grows by one for each minimum pause that has
  /// passed.
  private int credit = BURST;

  private long creditedNanos;
  private long beganNanos;

  /// @param quickMillis an operation that takes longer is always followed by a pause
  WriteThrottle(LongSupplier nanoTime, long quickMillis) {
    this.nanoTime = nanoTime;
    this.quickMillis = quickMillis;
    this.creditedNanos = nanoTime.getAsLong();
  }

  /// Marks the beginning of an operation.
  void begin() {
    beganNanos = nanoTime.getAsLong();
  }

  /// Marks the end of an operation and returns the pause before the next one in milliseconds; 0 for
  /// none.
  long pauseMillis() {
    long took = TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - beganNanos);
    return took <= quickMillis && takesCredit()
        ? 0
        : Math.clamp(took * PAUSE_FACTOR, LEAST_MILLIS, LONGEST_PAUSE_MILLIS);
  }

  private boolean takesCredit() {
    long pauses =
        TimeUnit.NANOSECONDS.toMillis(nanoTime.getAsLong() - creditedNanos) / LEAST_MILLIS;
    creditedNanos += TimeUnit.MILLISECONDS.toNanos(pauses * LEAST_MILLIS);
    credit = (int) Math.min(BURST, credit + pauses);
    if (credit == 0) {
      return false;
    }
    credit--;
    return true;
  }
}
