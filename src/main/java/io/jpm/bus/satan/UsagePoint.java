package io.jpm.bus.satan;

import java.time.Instant;

/// The resource usage in one interval of a chart.
///
/// @param at the end of the interval, wall clock
/// @param cpuPercent percent of one core, the mean of the interval
/// @param memoryBytes the maximum of the interval. For an instance: the resident memory of its
///   tree. For the machine: the memory that is not available to programs
public record UsagePoint(Instant at, double cpuPercent, long memoryBytes) {}
