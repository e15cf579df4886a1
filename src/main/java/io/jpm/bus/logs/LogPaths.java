package io.jpm.bus.logs;

import java.nio.file.Path;
import java.util.Optional;

/// The log files of one instance.
///
/// @param out the file for standard output, absolute; `/dev/null` to discard the output
/// @param error the file for standard error, absolute; `/dev/null` to discard the output
/// @param combined the additional file for both streams
public record LogPaths(Path out, Path error, Optional<Path> combined) {}
