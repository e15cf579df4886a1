package io.jpm.model.run;

/// What a process uses at one moment.
///
/// @param memoryBytes resident memory
/// @param cpuNanos processor time used since it began, all threads, user and system
public record Usage(long memoryBytes, long cpuNanos) {}
