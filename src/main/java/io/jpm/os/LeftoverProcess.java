package io.jpm.os;

import java.time.Duration;

/// A process that lives on although the main process of its tree has ended.
///
/// @param pid its id
/// @param name what it is called, at most 15 characters: the program's file name, unless it has
///   chosen another one
/// @param ran how long the main process had run when it ended
public record LeftoverProcess(int pid, String name, Duration ran) {}
