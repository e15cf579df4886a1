package io.jpm.model.run;

/// What the whole machine uses at one moment.
///
/// @param cores how many processors it has
/// @param busyNanos time that all processors together have worked since the boot
/// @param memoryBytes how much memory there is
/// @param availableBytes how much of it programs could still have
/// @param load how many processes ran or waited for a processor or disk, over one minute
public record SystemUsage(
    int cores, long busyNanos, long memoryBytes, long availableBytes, double load) {}
