package io.jpm.bus.logs;

import java.nio.file.Path;
import java.util.Optional;

/// The log files of one instance.
///
/// @param out where standard output goes, absolute; `/dev/null` for nowhere
/// @param error where standard error goes
/// @param combined where both go too
public record LogPaths(Path out, Path error, Optional<Path> combined) {}
