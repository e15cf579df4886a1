package io.jpm.god.instance;

import io.jpm.os.ProcessHost;
import java.nio.file.Path;
import java.time.InstantSource;
import java.util.function.IntSupplier;
import java.util.function.LongSupplier;

/// The dependencies that God receives at boot.
///
/// @param host the processes of the operating system
/// @param home the daemon's home directory
/// @param wallClock for display, and for comparison with file times
/// @param nanoTime monotonic time, used for all decisions
/// @param mostInstances maximum number of instances of one app; read each time, because the
///   settings may change
public record GodContext(
    ProcessHost host,
    Path home,
    InstantSource wallClock,
    LongSupplier nanoTime,
    IntSupplier mostInstances) {}
