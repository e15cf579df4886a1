package io.jpm.satan;

import io.jpm.model.SystemUsage;

/// Turns the processor time of the machine into its load since the sample before. Owned by
/// SatanVerticle's context.
final class SystemMeter {
  private static final long NEVER = -1;

  private long lastBusy = NEVER;
  private long lastAt;

  /// In percent of one core, all processors together; 0 at the first sample.
  ///
  /// @param nowNanos monotonic time of the sample
  double percent(SystemUsage usage, long nowNanos) {
    double percent =
        lastBusy == NEVER || nowNanos <= lastAt
            ? 0
            : Math.max(0, 100.0 * (usage.busyNanos() - lastBusy) / (nowNanos - lastAt));
    lastBusy = usage.busyNanos();
    lastAt = nowNanos;
    return percent;
  }
}
