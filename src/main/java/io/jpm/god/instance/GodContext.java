package io.jpm.god.instance;

import io.jpm.os.ProcessHost;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// What God is given at boot.
///
/// @param host the operating system's processes
/// @param home the daemon's home directory
/// @param wallClock for display, and for comparison with the times of files
/// @param nanoTime monotonic time, which alone decides
/// @param mostInstances of one app; asked each time, since the settings may change
public record GodContext(
    ProcessHost host,
    Path home,
    InstantSource wallClock,
    LongSupplier nanoTime,
    IntSupplier mostInstances) {}
