package io.jpm.logs.write;

import io.jpm.model.LogLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// When a log file is rotated. Pure.
final class Rotation {
  private Rotation() {}

  /// Whether the file is to be rotated before more is written.
  ///
  /// @param size bytes in it
  /// @param incoming bytes to be written now
  /// @param firstAt when its first line was captured
  /// @param midLine whether its last line has no end yet: then it waits for that, unless the file
  ///   has become twice as large as it may
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
