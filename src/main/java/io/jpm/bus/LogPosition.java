package io.jpm.bus;

import java.nio.file.Path;

/// A place in a log file.
///
/// @param file the file
/// @param offset bytes from its beginning; what lies before has been read
public record LogPosition(Path file, long offset) {}
