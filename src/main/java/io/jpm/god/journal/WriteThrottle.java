package io.jpm.god.journal;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Calculates the pause after each operation. A short burst of operations needs no pauses; a longer
/// series is slowed down so that it uses only a fraction of the time. Confined to one thread.
final class WriteThrottle {
  /// The minimum pause.
  static final long LEAST_MILLIS = 25;

  /// Number of operations that need no pause after an idle period.
  private static final int BURST = 32;

  private static final long PAUSE_FACTOR = 4;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  private final LongSupplier nanoTime;
  private final long quickMillis;

  /// Number of further operations that need no pause. It grows by one every [#LEAST_MILLIS], up to
  /// [#BURST].
  private int credit = BURST;

  private long creditedNanos;
  private long beganNanos;

  /// @param quickMillis the maximum duration of a quick operation; a longer one is always followed
  ///   by a pause
  WriteThrottle(LongSupplier nanoTime, long quickMillis) {
    this.nanoTime = nanoTime;
    this.quickMillis = quickMillis;
    this.creditedNanos = nanoTime.getAsLong();
  }

  /// Marks the beginning of an operation.
  void begin() {
    beganNanos = nanoTime.getAsLong();
  }

  /// Marks the end of an operation.
  ///
  /// @return the pause before the next operation, in milliseconds; 0 for none
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
