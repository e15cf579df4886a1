package io.jpm.console.monit;

import io.jpm.model.process.InstanceId;
import java.util.List;
import java.util.Optional;

/// The last lines of an instance's log.
///
/// @param whose the instance; empty if no instance is selected
/// @param lines the lines, the latest last
/// @param count the number of lines that have arrived since the instance was selected, including
///   lines that are no longer kept
/// @param note a message about the log, such as why there are no lines; empty if there is none
public record MonitLogTail(Optional<InstanceId> whose, List<Line> lines, long count, String note) {
  /// The log tail that is displayed if no instance is selected.
  public static final MonitLogTail NONE = new MonitLogTail(Optional.empty(), List.of(), 0, "");

  public MonitLogTail {
    lines = List.copyOf(lines);
  }

  /// One line.
  ///
  /// @param error whether the line is from a log that contains only standard error
  /// @param text the visible text, without control sequences
  public record Line(boolean error, String text) {
    public Line {
      text = ScreenTextSanitizer.of(text);
    }
  }

  /// Returns the number of the first line that is still kept.
  long first() {
    return count - lines.size();
  }
}
