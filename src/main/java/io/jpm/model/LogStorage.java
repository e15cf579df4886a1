package io.jpm.model;

/// What the logs of all apps of a daemon may take together.
///
/// @param maxTotal bytes of all log files; the oldest rotated files go first; 0: no limit
/// @param minFree bytes of each disk that are left to others, at most a tenth of the disk: below
///   that the oldest rotated files go, then lines are dropped
/// @param buffer bytes of memory for output that no file has taken yet, all apps together
public record LogStorage(long maxTotal, long minFree, long buffer) {
  /// What holds where the settings say nothing.
  public static final LogStorage DEFAULT = new LogStorage(10L << 30, 100L << 20, 32L << 20);
}
