package io.jpm.model;

import java.nio.file.Path;
import java.util.Optional;

/// Where an app's output goes, as the user asked for it.
///
/// @param out file for standard output, absolute; empty: `logs/<name>-out.log` in the home
/// @param error file for standard error, absolute; empty: `logs/<name>-error.log` in the home
public record LogFiles(Optional<Path> out, Optional<Path> error) {
  public static final LogFiles DEFAULT = new LogFiles(Optional.empty(), Optional.empty());
}
