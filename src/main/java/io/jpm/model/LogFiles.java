package io.jpm.model;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// The log files of an app and their format, as the user configured them.
///
/// @param out the absolute path of the file for standard output; empty for `logs/<name>-out.log` in
///   the home; `/dev/null` for no file
/// @param error the absolute path of the file for standard error; empty for `logs/<name>-error.log`
///   in the home
/// @param combined the absolute path of an additional file for both streams (`log_file`); the empty
///   path (`""`) stands for `logs/<name>.log` in the home (`log_file: true`)
/// @param merged whether all instances write to the same files (`merge_logs`)
/// @param disabled whether output is discarded (`disable_logs`)
/// @param format the format of lines
/// @param limits the limits that the app overrides
/// @param terminal whether the app runs in a terminal of its own (`pty`); both streams are then
///   written to `out`
/// @param special those of the three paths above that were pipes, terminals or other special files
///   when the app was configured. All instances write to the same special file
public record LogFiles(
    Optional<Path> out,
    Optional<Path> error,
    Optional<Path> combined,
    boolean merged,
    boolean disabled,
    LineFormat format,
    LogLimits.Overrides limits,
    boolean terminal,
    Set<Path> special) {
  /// The default: a separate file in the home for each stream, in raw format.
  public static final LogFiles DEFAULT = to(Optional.empty(), Optional.empty());

  public LogFiles {
    special = Set.copyOf(special);
  }

  /// Creates the settings for paths that are all regular files.
  public LogFiles(
      Optional<Path> out,
      Optional<Path> error,
      Optional<Path> combined,
      boolean merged,
      boolean disabled,
      LineFormat format,
      LogLimits.Overrides limits,
      boolean terminal) {
    this(out, error, combined, merged, disabled, format, limits, terminal, Set.of());
  }

  /// Returns settings that write lines in raw format to these two files.
  public static LogFiles to(Optional<Path> out, Optional<Path> error) {
    return new LogFiles(
        out,
        error,
        Optional.empty(),
        false,
        false,
        LineFormat.RAW,
        LogLimits.Overrides.NONE,
        false);
  }
}
