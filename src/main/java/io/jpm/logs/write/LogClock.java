package io.jpm.logs.write;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// The clocks of the log capture. Tests replace them, so the capture must not read the system
/// clocks directly.
///
/// @param wall the wall clock, for times that users see
/// @param nanoTime monotonic time in nanoseconds, for delays and timeouts
public record LogClock(InstantSource wall, LongSupplier nanoTime) {
  Instant instant() {
    return wall.instant();
  }

  long nanos() {
    return nanoTime.getAsLong();
  }
}
