package io.jpm.os;

import java.nio.file.Path;

/// Connects one output stream of a process to its log file.
///
/// @param fifo the named pipe between the process and the file, created by the host if it does not
///   exist
/// @param file the file to which the output is appended, created together with its directories if
///   necessary; `/dev/null` discards the output
public record LogPipe(Path fifo, Path file) {}
