package io.jpm.model.process;

/// The resource usage of the machine at one moment.
///
/// @param cores the number of processors
/// @param busyNanos the time that all processors together have been busy since boot
/// @param memoryBytes the total memory
/// @param availableBytes the memory available to programs
/// @param load the average number of processes that ran or waited for a processor or disk during
///   the last minute
public record SystemUsage(
    int cores, long busyNanos, long memoryBytes, long availableBytes, double load) {}
