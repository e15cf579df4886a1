package io.jpm.logs.write;

import io.jpm.os.LogDisk;
import java.nio.file.Path;

/// What all log files of a daemon share.
///
/// @param home the daemon's home
/// @param disk the files of this system
/// @param clock the time
/// @param rotatedStorage what has been rotated, and what the disks have left
/// @param open how many are open
record LogContext(
    Path home, LogDisk disk, LogClock clock, RotatedStorage rotatedStorage, OpenLogs open) {}
