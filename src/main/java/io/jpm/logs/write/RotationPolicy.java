package io.jpm.logs.write;

import io.jpm.model.LogLimits;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;

/// Decides when a log file is rotated. The decision is a pure function.
final class RotationPolicy {
  private RotationPolicy() {}

  /// Reports whether the file must be rotated before more output is written.
  ///
  /// @param size the size of the file in bytes
  /// @param incoming the number of bytes to be written now
  /// @param firstAt the capture time of the file's first line; empty if the file is empty
  /// @param midLine whether the file's last line has no line end yet. The rotation then waits for
  ///   the line end, unless the file has reached twice its maximum size
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
