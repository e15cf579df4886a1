package io.jpm.os;

import java.nio.file.Path;

/// The path of one output stream from a process to its file.
///
/// @param fifo the named pipe between the two, created by the host if it does not exist
/// @param file the target of the bytes, opened or created for appending together with its
///   directories; `/dev/null` discards them
public record LogPipe(Path fifo, Path file) {}
