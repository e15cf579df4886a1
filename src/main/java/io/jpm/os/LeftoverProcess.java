package io.jpm.os;

import java.time.Duration;

/// A process that is still running although the main process of its tree has ended.
///
/// @param pid its process id
/// @param name its name, at most 15 characters: the file name of its program, unless the process
///   has set another name
/// @param mainRuntime how long the main process had run when it ended
public record LeftoverProcess(int pid, String name, Duration mainRuntime) {}
