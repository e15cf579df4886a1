package io.jpm.model;

/// The limits for the logs of all apps of a daemon together.
///
/// @param maxTotal the maximum total size of all log files, in bytes; the oldest rotated files are
///   deleted first; 0 for no limit
/// @param minFree the space to keep free on each disk, in bytes, but at most a tenth of the disk.
///   When less space is free, the oldest rotated files are deleted; if that is not enough, lines
///   are dropped
/// @param buffer the size of the log buffer for the output of all apps, in bytes
public record LogStorageLimits(long maxTotal, long minFree, long buffer) {
  /// The limits that apply if the settings set none.
  public static final LogStorageLimits DEFAULT =
      new LogStorageLimits(10L << 30, 100L << 20, 32L << 20);
}
