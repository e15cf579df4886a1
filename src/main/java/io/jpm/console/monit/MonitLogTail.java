package io.jpm.console.monit;

import io.jpm.model.process.InstanceId;
import java.util.List;
import java.util.Optional;

/// The last lines of an instance's log.
///
/// @param whose the instance; empty if none is selected
/// @param lines the lines, the latest last
/// @param count how many lines have arrived since it was selected, including those that are not
///   kept
/// @param note a message about the log, such as why there are no lines; empty for none
public record MonitLogTail(Optional<InstanceId> whose, List<Line> lines, long count, String note) {
  /// No log.
  public static final MonitLogTail NONE = new MonitLogTail(Optional.empty(), List.of(), 0, "");

  public MonitLogTail {
    lines = List.copyOf(lines);
  }

  /// One line.
  ///
  /// @param error whether it was printed on standard error alone
  /// @param text the visible text, without control sequences
  public record Line(boolean error, String text) {
    public Line {
      text = ScreenTextSanitizer.of(text);
    }
  }

  /// Returns the number of the first line that is kept.
  long first() {
    return count - lines.size();
  }
}
