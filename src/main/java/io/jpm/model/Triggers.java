package io.jpm.model;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// The events on which jpm restarts a running app.
///
/// @param schedule restarts it at these times (PM2's `cron_restart`)
/// @param watch restarts it when files change (PM2's `watch`)
/// @param maxMemory restarts it when the resident memory of its tree exceeds this number of bytes
///   (PM2's `max_memory_restart`)
public record Triggers(Optional<Schedule> schedule, Optional<Watch> watch, OptionalLong maxMemory) {
  /// No triggers.
  public static final Triggers NONE =
      new Triggers(Optional.empty(), Optional.empty(), OptionalLong.empty());

  /// Times of a wall clock.
  ///
  /// @param expression a cron expression with 5 fields, or 6 with seconds first; validated when it
  ///   is parsed
  /// @param zone the time zone of the clock
  public record Schedule(String expression, ZoneId zone) {}

  /// Files whose change restarts the app.
  ///
  /// @param paths directories with their content, or files; absolute, one or more
  /// @param ignore patterns as in a `.gitignore`, relative to each directory
  /// @param delay the minimum time since the last change before the restart
  public record Watch(List<Path> paths, List<String> ignore, Duration delay) {
    /// The default patterns: the two of PM2, and the files that Python writes next to the sources
    /// that it has read, which would restart an app a second time after each edit.
    public static final List<String> USUALLY_IGNORED =
        List.of(".*", "node_modules/", "__pycache__/");

    public Watch {
      paths = List.copyOf(paths);
      ignore = List.copyOf(ignore);
      if (paths.isEmpty()) {
        throw new IllegalArgumentException("watch: name a file or directory");
      }
    }
  }
}
