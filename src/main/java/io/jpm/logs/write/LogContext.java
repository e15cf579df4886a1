package io.jpm.logs.write;

import io.jpm.os.LogFileSystem;
import java.nio.file.Path;

/// The collaborators that all log files of a daemon share.
///
/// @param home the daemon's home directory
/// @param disk access to files
/// @param clock the clocks
/// @param rotatedStorage manages the rotated files and the free space of the disks
/// @param open counts the open files
record LogContext(
    Path home,
    LogFileSystem disk,
    LogClock clock,
    RetentionEnforcer rotatedStorage,
    LogDescriptorBudget open) {}
