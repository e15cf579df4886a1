package io.jpm.bus.logs;

import java.nio.file.Path;
import java.util.Optional;

/// The log files of one instance.
///
/// @param out the file for standard output, absolute; `/dev/null`: output is discarded
/// @param error the file for standard error, as above
/// @param combined the file for both
public record LogPaths(Path out, Path error, Optional<Path> combined) {}
