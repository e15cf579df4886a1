package io.jpm.model;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The events on which jpm restarts a running app.
///
/// @param schedule the times at which the app is restarted (PM2's `cron_restart`)
/// @param watch the files that are watched: when one of them changes, the app is restarted (PM2's
///   `watch`)
/// @param maxMemory the resident memory of the process tree, in bytes, above which the app is
///   restarted (PM2's `max_memory_restart`)
public record Triggers(Optional<Schedule> schedule, Optional<Watch> watch, OptionalLong maxMemory) {
  /// No triggers.
  public static final Triggers NONE =
      new Triggers(Optional.empty(), Optional.empty(), OptionalLong.empty());

  /// A schedule in wall-clock time.
  ///
  /// @param expression a cron expression with 5 fields, or with 6 fields if seconds come first; it
  ///   is validated when it is parsed
  /// @param zone the time zone of the schedule
  public record Schedule(String expression, ZoneId zone) {}

  /// Files that are watched: when one of them changes, the app is restarted.
  ///
  /// @param paths one or more absolute paths: files, or directories with all their content
  /// @param ignore patterns as in a `.gitignore`, relative to each directory
  /// @param delay how long the files must remain unchanged before the app is restarted
  public record Watch(List<Path> paths, List<String> ignore, Duration delay) {
    /// The default patterns: the two of PM2, and the directory of Python's cache files. Python
    /// writes these next to the sources, which would restart an app a second time after each edit.
    public static final List<String> USUALLY_IGNORED =
        List.of(".*", "node_modules/", "__pycache__/");

    public Watch {
      paths = List.copyOf(paths);
      ignore = List.copyOf(ignore);
      if (paths.isEmpty()) {
        throw new IllegalArgumentException("watch must name at least one file or directory");
      }
    }
  }
}
