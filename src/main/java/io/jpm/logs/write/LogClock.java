package io.jpm.logs.write;

import java.time.Instant;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// The time, for a room that must not ask the system itself.
///
/// @param wall for what people read
/// @param nanoTime monotonic time, for what is waited for
public record LogClock(InstantSource wall, LongSupplier nanoTime) {
  Instant instant() {
    return wall.instant();
  }

  long nanos() {
    return nanoTime.getAsLong();
  }
}
