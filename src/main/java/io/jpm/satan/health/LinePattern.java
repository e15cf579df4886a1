package io.jpm.satan.health;

import com.google.re2j.Pattern;
import io.jpm.wire.LinesMessage.Line;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Looks for a pattern in the lines of one process. For one thread at a time. The pattern is a
/// user's and the lines are an app's: RE2 takes time in proportion to the line whatever the pattern
/// is, and of a line only the first [#MOST_LINE] characters are looked at.
final class LinePattern {
  /// How much of a line is looked at, in characters.
  static final int MOST_LINE = 4096;

  private final Pattern pattern;

  /// Beginnings of lines whose end has not come, by stream.
  private final Map<String, StringBuilder> begun = new HashMap<>();

  LinePattern(Pattern pattern) {
    this.pattern = pattern;
  }

  /// The first line that matches, in the order of printing. A line without an end counts as far as
  /// it has come.
  ///
  /// @param lines of this process alone
  Optional<String> find(List<Line> lines) {
    Optional<String> found = Optional.empty();
    for (Line line : lines) {
      String text = joined(line);
      if (found.isEmpty() && pattern.matcher(text).find()) {
        found = Optional.of(text);
      }
    }
    return found;
  }

  private String joined(Line line) {
    StringBuilder so = begun.computeIfAbsent(line.stream(), _ -> new StringBuilder());
    if (!line.rest()) {
      so.setLength(0);
    }
    so.append(line.text(), 0, Math.min(line.text().length(), MOST_LINE - so.length()));
    String text = so.toString();
    if (!line.partial()) {
      begun.remove(line.stream());
    }
    return text;
  }
}
