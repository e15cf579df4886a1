package io.jpm.model;

/// The limits for the logs of all apps of a daemon together.
///
/// @param maxTotal the maximum size of all log files, in bytes; the oldest rotated files are
///   deleted first; 0: no limit
/// @param minFree the space to keep free on each disk, in bytes, at most a tenth of the disk; below
///   it the oldest rotated files are deleted, then lines are dropped
/// @param buffer the size of the log buffer for output of all apps, in bytes
public record LogStorageLimits(long maxTotal, long minFree, long buffer) {
  /// The limits if the settings set none.
  public static final LogStorageLimits DEFAULT =
      new LogStorageLimits(10L << 30, 100L << 20, 32L << 20);
}
