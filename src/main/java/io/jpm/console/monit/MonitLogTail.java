package io.jpm.console.monit;

import io.jpm.model.run.InstanceId;
import java.util.List;
import java.util.Optional;

/// The last lines that an instance has printed.
///
/// @param whose the instance; empty: none is selected
/// @param lines the lines, the latest last
/// @param count how many lines have come since it was selected, also those that are not kept
/// @param note what is to be said of them, such as why there are none; empty: nothing
public record MonitLogTail(Optional<InstanceId> whose, List<Line> lines, long count, String note) {
  /// Nobody's.
  public static final MonitLogTail NONE = new MonitLogTail(Optional.empty(), List.of(), 0, "");

  public MonitLogTail {
    lines = List.copyOf(lines);
  }

  /// One line.
  ///
  /// @param error whether it was printed on standard error alone
  /// @param text what is seen of it: without any control sequence that was printed
  public record Line(boolean error, String text) {
    public Line {
      text = SafeText.of(text);
    }
  }

  /// The number of the first line that is kept.
  long first() {
    return count - lines.size();
  }
}
