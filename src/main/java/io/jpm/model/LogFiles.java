package io.jpm.model;

import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;

/// Where an app's output goes and how, as the user asked for it.
///
/// @param out file for standard output, absolute; empty: `logs/<name>-out.log` in the home;
///   `/dev/null` for none
/// @param error file for standard error, absolute; empty: `logs/<name>-error.log` in the home
/// @param combined one more file for both, absolute (`log_file`); the path that is empty (`""`)
///   stands for `logs/<name>.log` in the home (`log_file: true`)
/// @param merged whether all instances write to the same files (`merge_logs`)
/// @param disabled whether output is thrown away (`disable_logs`)
/// @param format how lines stand in the files
/// @param limits what the files may take
/// @param terminal whether the app's output is a terminal of its own (`pty`); both streams go to
///   `out` then
/// @param special which of the three paths were no regular files when the app was described (pipes,
///   terminals): all instances write to these under the same name
public record LogFiles(
    Optional<Path> out,
    Optional<Path> error,
    Optional<Path> combined,
    boolean merged,
    boolean disabled,
    LineFormat format,
    LogLimits.Wish limits,
    boolean terminal,
    Set<Path> special) {
  /// Both streams apart, byte for byte, in the home.
  public static final LogFiles DEFAULT = to(Optional.empty(), Optional.empty());

  public LogFiles {
    special = Set.copyOf(special);
  }

  /// The same where every path is a regular file's.
  public LogFiles(
      Optional<Path> out,
      Optional<Path> error,
      Optional<Path> combined,
      boolean merged,
      boolean disabled,
      LineFormat format,
      LogLimits.Wish limits,
      boolean terminal) {
    this(out, error, combined, merged, disabled, format, limits, terminal, Set.of());
  }

  /// Lines as they are into these two files.
  public static LogFiles to(Optional<Path> out, Optional<Path> error) {
    return new LogFiles(
        out, error, Optional.empty(), false, false, LineFormat.RAW, LogLimits.Wish.NONE, false);
  }
}
