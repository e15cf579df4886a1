package io.jpm.model;

import java.time.Duration;
import java.util.Optional;

/// What an app's logs may take. A limit of zero is none.
///
/// @param maxSize bytes after which a file is rotated
/// @param rotateEvery age of a file's first line at which it is rotated
/// @param keep how many rotated files of each log file are kept; the oldest go first
/// @param maxAge age at which a rotated file is removed
/// @param maxTotal bytes of all files of one app, the oldest rotated go first
/// @param compress whether rotated files are packed with gzip
/// @param fullLogPolicy what becomes of lines that the disk does not take
public record LogLimits(
    long maxSize,
    Duration rotateEvery,
    int keep,
    Duration maxAge,
    long maxTotal,
    boolean compress,
    FullLogPolicy fullLogPolicy) {
  /// What holds where neither settings nor the app say anything.
  public static final LogLimits DEFAULT =
      new LogLimits(
          50L << 20,
          Duration.ofDays(7),
          20,
          Duration.ofDays(90),
          1L << 30,
          true,
          FullLogPolicy.DROP_OLDEST);

  /// What an app says of it (`logs` in a process file); what is empty is as in the settings.
  public record Wish(
      Optional<Long> maxSize,
      Optional<Duration> rotateEvery,
      Optional<Integer> keep,
      Optional<Duration> maxAge,
      Optional<Long> maxTotal,
      Optional<Boolean> compress,
      Optional<FullLogPolicy> fullLogPolicy) {
    /// All as in the settings.
    public static final Wish NONE =
        new Wish(
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty(),
            Optional.empty());

    /// These over the settings.
    public LogLimits over(LogLimits settings) {
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
