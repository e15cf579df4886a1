package io.jpm.console.monit;

/// The current resource usage of an instance.
///
/// @param cpuPercent the CPU usage, in percent of one core
/// @param memoryBytes the resident memory of its process tree
public record ResourceUse(double cpuPercent, long memoryBytes) {
  /// No usage, or usage that could not be measured.
  public static final ResourceUse NOTHING = new ResourceUse(0, 0);
}
