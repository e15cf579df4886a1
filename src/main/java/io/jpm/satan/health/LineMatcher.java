package io.jpm.satan.health;

import com.google.re2j.Pattern;
import io.jpm.wire.LinesMessage.Line;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Searches for a pattern in the lines of one process. Must not be used by several threads at the
/// same time.
///
/// The time of a search is bounded, because users choose the pattern and apps print the lines: RE2
/// needs time proportional to the length of a line, and only the first [#MOST_LINE] characters of a
/// line are searched.
final class LineMatcher {
  /// The number of characters of a line that are searched.
  static final int MOST_LINE = 4096;

  private final Pattern pattern;

  /// The beginnings of unfinished lines, by stream.
  private final Map<String, StringBuilder> begun = new HashMap<>();

  LineMatcher(Pattern pattern) {
    this.pattern = pattern;
  }

  /// Returns the first matching line, in the order of output; empty if no line matches. An
  /// unfinished line is searched as far as it has been received.
  ///
  /// @param lines lines of this process only
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
    if (!line.continued()) {
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
