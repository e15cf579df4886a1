package io.jpm.console.monit;

/// The present usage of an instance.
///
/// @param cpuPercent in percent of one core
/// @param memoryBytes resident memory of its process tree
public record ResourceUse(double cpuPercent, long memoryBytes) {
  /// No usage, or usage that could not be measured.
  public static final ResourceUse NOTHING = new ResourceUse(0, 0);
}
