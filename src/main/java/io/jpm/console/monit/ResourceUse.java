package io.jpm.console.monit;

/// What an instance uses.
///
/// @param cpuPercent of one core
/// @param memoryBytes resident memory of its tree
public record ResourceUse(double cpuPercent, long memoryBytes) {
  /// Nothing, or nobody knows.
  public static final ResourceUse NOTHING = new ResourceUse(0, 0);
}
