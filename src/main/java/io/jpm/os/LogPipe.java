package io.jpm.os;

import java.nio.file.Path;

/// The way of one output stream from a process to a file.
///
/// @param fifo the named pipe between the two, made by the host where it does not exist
/// @param file where the bytes end up, opened or made for appending, its folders made too;
///   `/dev/null` discards them
public record LogPipe(Path fifo, Path file) {}
