package io.jpm.os;

import java.time.Duration;

/// A process that is still running although the main process of its tree has exited.
///
/// @param pid the process id
/// @param name the name, at most 15 characters: the file name of the program, unless the process
///   has set another name
/// @param mainRuntime how long the main process had been running when it exited
public record LeftoverProcess(int pid, String name, Duration mainRuntime) {}
