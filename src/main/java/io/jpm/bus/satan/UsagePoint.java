package io.jpm.bus.satan;

import java.time.Instant;

/// What was used over one stretch of time of a chart.
///
/// @param at the end of the stretch, wall clock
/// @param cpuPercent of one core, the mean of the stretch
/// @param memoryBytes the most of the stretch: of an instance what its tree has resident, of the
///   machine what programs cannot have any more
public record UsagePoint(Instant at, double cpuPercent, long memoryBytes) {}
