package io.jpm.satan;

import io.jpm.model.process.SystemUsage;

/// Computes the CPU load of the machine since the previous sample. Confined to SatanVerticle's
/// context.
final class SystemCpuMeter {
  private static final long NEVER = -1;

  private long lastBusy = NEVER;
  private long lastAt;

  /// Returns the load in percent of one core, summed over all processors; 0 for the first sample.
  /// The result is limited to 100 percent per processor, because the kernel counts in hundredths of
  /// a second and may report one too many.
  ///
  /// @param nowNanos the monotonic time of the sample
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
