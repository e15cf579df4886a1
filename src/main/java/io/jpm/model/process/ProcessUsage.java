package io.jpm.model.process;

/// The resource usage of a single process at one moment.
///
/// @param memoryBytes resident memory
/// @param cpuNanos processor time since its start, all threads, user and system
public record ProcessUsage(long memoryBytes, long cpuNanos) {}
