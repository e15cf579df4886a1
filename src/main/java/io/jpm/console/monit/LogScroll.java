package io.jpm.console.monit;

import java.util.Locale;
import java.util.OptionalLong;

/// The scroll position of a log. The view shows the end of the log or, while it is paused, an
/// earlier part.
///
/// Not thread-safe: confined to one session.
final class LogScroll {
  private static final int SIDE_STEP = 20;

  /// The number of the line after the last visible one; empty while new lines are followed.
  private OptionalLong bottom = OptionalLong.empty();

  private int shift;
  private String search = "";

  /// Moves to the end of the log. Called when another log is selected.
  void reset() {
    bottom = OptionalLong.empty();
    shift = 0;
  }

  boolean isPaused() {
    return bottom.isPresent();
  }

  /// Returns the number of columns by which lines are scrolled to the left.
  int shift() {
    return shift;
  }

  /// Returns the search text in lower case; empty if there is no search.
  String search() {
    return search;
  }

  void search(String text) {
    search = text.toLowerCase(Locale.ROOT);
  }

  /// Returns the number of the line after the last visible one.
  ///
  /// @param height the number of visible lines
  long bottom(MonitLogTail log, int height) {
    long least = Math.min(log.count(), log.first() + height);
    return Math.clamp(bottom.orElse(log.count()), least, log.count());
  }

  /// Pauses the view, or resumes following new lines.
  void toggle(MonitLogTail log) {
    bottom = isPaused() ? OptionalLong.empty() : OptionalLong.of(log.count());
  }

  /// Scrolls up by `lines`, or down if `lines` is negative. At the end of the log, following
  /// resumes.
  void scroll(MonitLogTail log, int height, long lines) {
    long to = bottom(log, height) - lines;
    bottom = to >= log.count() ? OptionalLong.empty() : OptionalLong.of(to);
    bottom = bottom.isPresent() ? OptionalLong.of(bottom(log, height)) : bottom;
  }

  void toBegin(MonitLogTail log, int height) {
    scroll(log, height, log.count());
  }

  void toEnd() {
    bottom = OptionalLong.empty();
  }

  void aside(int direction) {
    shift = Math.max(0, shift + direction * SIDE_STEP);
  }

  /// Moves to the next line above or below that contains the search text.
  ///
  /// @return whether such a line exists
  boolean find(MonitLogTail log, int height, boolean above) {
    int step = above ? -1 : 1;
    long from = bottom(log, height) - 1 + (isPaused() || !above ? step : 0);
    for (long at = from; at >= log.first() && at < log.count(); at += step) {
      if (has(log.lines().get((int) (at - log.first())))) {
        bottom = OptionalLong.of(at + 1);
        return true;
      }
    }
    return false;
  }

  /// Reports whether a line contains the search text.
  boolean has(MonitLogTail.Line line) {
    return !search.isEmpty() && line.text().toLowerCase(Locale.ROOT).contains(search);
  }
}
