package io.jpm.model;

import java.nio.file.Path;
import java.time.Duration;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;

/// What makes jpm restart an app that runs well.
///
/// @param schedule at these times (PM2's `cron_restart`)
/// @param watch when files change (PM2's `watch`)
/// @param maxMemory when its tree has more bytes resident (PM2's `max_memory_restart`)
public record Triggers(Optional<Schedule> schedule, Optional<Watch> watch, OptionalLong maxMemory) {
  /// Nothing.
  public static final Triggers NONE =
      new Triggers(Optional.empty(), Optional.empty(), OptionalLong.empty());

  /// Times by the clock on the wall.
  ///
  /// @param expression cron with 5 fields, or 6 with seconds first; checked where it is read
  /// @param zone whose clock
  public record Schedule(String expression, ZoneId zone) {}

  /// Files whose change restarts the app.
  ///
  /// @param paths directories, with all that is under them, or files; absolute, one or more
  /// @param ignore patterns as in a `.gitignore`, relative to each directory
  /// @param delay how long to wait for more changes, at least this since the last one
  public record Watch(List<Path> paths, List<String> ignore, Duration delay) {
    /// The patterns where none are given: PM2's two, and what Python writes beside the sources it
    /// has read, which would restart an app a second time after each edit.
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
