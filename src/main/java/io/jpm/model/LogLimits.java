package io.jpm.model;

import java.time.Duration;
import java.util.Optional;

/// The limits for an app's log files. A value of zero means no limit.
///
/// @param maxSize the size in bytes at which a file is rotated
/// @param rotateEvery a file is rotated when its first line has reached this age
/// @param keep the number of rotated files to keep for each log file; the oldest are deleted first
/// @param maxAge the age at which a rotated file is deleted
/// @param maxTotal the maximum total size of the app's log files, in bytes; the oldest rotated
///   files are deleted first
/// @param compress whether rotated files are compressed with gzip
/// @param fullLogPolicy the policy for lines that cannot be written to disk
public record LogLimits(
    long maxSize,
    Duration rotateEvery,
    int keep,
    Duration maxAge,
    long maxTotal,
    boolean compress,
    FullLogPolicy fullLogPolicy) {
  /// The limits that apply if neither the settings nor the app set any.
  public static final LogLimits DEFAULT =
      new LogLimits(
          50L << 20,
          Duration.ofDays(7),
          20,
          Duration.ofDays(90),
          1L << 30,
          true,
          FullLogPolicy.DROP_OLDEST);

  /// The limits that an app sets (`logs` in a process file). Where a value is empty, the limit in
  /// the settings applies.
  public record Overrides(
      Optional<Long> maxSize,
      Optional<Duration> rotateEvery,
      Optional<Integer> keep,
      Optional<Duration> maxAge,
      Optional<Long> maxTotal,
      Optional<Boolean> compress,
      Optional<FullLogPolicy> fullLogPolicy) {
    /// No overrides: the limits in the settings apply.
    public static final Overrides NONE =
        new Overrides(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /// Returns a copy of `settings` in which the limits that the app sets are replaced.
    public LogLimits applyTo(LogLimits settings) {
      return new LogLimits(
          maxSize.orElse(settings.maxSize),
          rotateEvery.orElse(settings.rotateEvery),
          keep.orElse(settings.keep),
          maxAge.orElse(settings.maxAge),
          maxTotal.orElse(settings.maxTotal),
          compress.orElse(settings.compress),
          fullLogPolicy.orElse(settings.fullLogPolicy));
    }
  }
}
