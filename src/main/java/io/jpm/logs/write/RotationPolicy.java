package io.jpm.logs.write;

import io.jpm.model.LogLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Decides when a log file is rotated. Pure function.
final class RotationPolicy {
  private RotationPolicy() {}

  /// Reports whether the file must be rotated before more is written.
  ///
  /// @param size the size of the file in bytes
  /// @param incoming the number of bytes to be written now
  /// @param firstAt the capture time of its first line
  /// @param midLine whether its last line has no end yet; the rotation then waits for the end,
  ///   unless the file has reached twice its maximum size
  static boolean isDue(
      LogLimits limits,
      long size,
      int incoming,
      Optional<Instant> firstAt,
      Instant now,
      boolean midLine) {
    if (size == 0) {
      return false;
    }
    long most = limits.maxSize();
    boolean tooLarge = most > 0 && size + incoming > most;
    Duration every = limits.rotateEvery();
    boolean tooOld =
        every.isPositive()
            && firstAt.isPresent()
            && Duration.between(firstAt.get(), now).compareTo(every) >= 0;
    return midLine ? most > 0 && size >= 2 * most : tooLarge || tooOld;
  }
}
