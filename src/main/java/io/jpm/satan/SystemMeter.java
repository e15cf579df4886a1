package io.jpm.satan;

import io.jpm.model.run.SystemUsage;

/// Turns the processor time of the machine into its load since the sample before. Owned by
/// SatanVerticle's context.
final class SystemMeter {
  private static final long NEVER = -1;

  private long lastBusy = NEVER;
  private long lastAt;

  /// In percent of one core, all processors together; 0 at the first sample. Never more than there
  /// are: the kernel counts in hundredths of a second, and so one too many at times.
  ///
  /// @param nowNanos monotonic time of the sample
  double percent(SystemUsage usage, long nowNanos) {
    double percent =
        lastBusy == NEVER || nowNanos <= lastAt
            ? 0
            : Math.clamp(
                100.0 * (usage.busyNanos() - lastBusy) / (nowNanos - lastAt),
                0.0,
                100.0 * usage.cores());
    lastBusy = usage.busyNanos();
    lastAt = nowNanos;
    return percent;
  }
}
