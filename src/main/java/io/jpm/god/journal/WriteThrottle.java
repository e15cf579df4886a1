package io.jpm.god.journal;

import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;

/// Tells how long to pause after each piece of work of a kind, so that few follow each other at
/// once and many leave most of the time to others. Used by one thread.
final class WriteThrottle {
  /// The shortest pause.
  static final long LEAST_MILLIS = 25;

  /// So many pieces have no pause between them when there were none for a while.
  private static final int BURST = 32;

  private static final long PAUSE_FACTOR = 4;
  private static final long LONGEST_PAUSE_MILLIS = 500;

  private final LongSupplier nanoTime;
  private final long quickMillis;

  /// How many pieces need no pause now; one more for each pause that has passed.
  private int credit = BURST;

  private long creditedNanos;
  private long beganNanos;

  /// @param quickMillis what takes longer is always followed by a pause
  WriteThrottle(LongSupplier nanoTime, long quickMillis) {
    this.nanoTime = nanoTime;
    this.quickMillis = quickMillis;
    this.creditedNanos = nanoTime.getAsLong();
  }

  /// A piece begins.
  void begin() {
    beganNanos = nanoTime.getAsLong();
  }

  /// It has ended: how many milliseconds there are to be before the next one, 0 for none.
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
