package io.jpm.bus.satan;

import java.time.Instant;

/// The resource usage during one interval of a chart.
///
/// @param at the end of the interval, wall clock
/// @param cpuPercent the mean CPU usage, in percent of one core
/// @param memoryBytes the maximum memory usage. For an instance: the resident memory of its process
///   tree. For the machine: the memory that is not available to programs
public record UsagePoint(Instant at, double cpuPercent, long memoryBytes) {}
