package io.jpm.god.instance;

import io.jpm.os.ProcessHost;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// The dependencies that are passed to God at boot.
///
/// @param host access to the processes of the operating system
/// @param home the daemon's home directory
/// @param wallClock the wall clock, used for display and for comparison with file times
/// @param nanoTime the monotonic clock, used for all decisions
/// @param mostInstances returns the maximum number of instances of one app; called each time,
///   because the settings may change
public record GodContext(
    ProcessHost host,
    Path home,
    InstantSource wallClock,
    LongSupplier nanoTime,
    IntSupplier mostInstances) {}
