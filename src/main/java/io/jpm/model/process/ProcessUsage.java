package io.jpm.model.process;

/// The resource usage of a single process at one moment.
///
/// @param memoryBytes the resident memory
/// @param cpuNanos the processor time since the process started, for all threads, user and system
public record ProcessUsage(long memoryBytes, long cpuNanos) {}
