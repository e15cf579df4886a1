package io.jpm.console.monit;

/// What an instance uses.
///
/// @param cpuPercent of one core
/// @param memoryBytes resident memory of its tree
public record Use(double cpuPercent, long memoryBytes) {
  /// Nothing, or nobody knows.
  public static final Use NOTHING = new Use(0, 0);
}
