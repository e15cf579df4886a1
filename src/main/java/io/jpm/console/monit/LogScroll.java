package io.jpm.console.monit;

import java.util.Locale;
import java.util.OptionalLong;

/// Which part of a log is looked at: its end, or a place where it was paused.
///
/// Not thread-safe: owned by one session.
final class LogScroll {
  private static final int SIDE_STEP = 20;

  /// The number of the line below the last one that is shown; empty: new lines are followed.
  private OptionalLong bottom = OptionalLong.empty();

  private int shift;
  private String search = "";

  /// Another log: its end.
  void reset() {
    bottom = OptionalLong.empty();
    shift = 0;
  }

  boolean isPaused() {
    return bottom.isPresent();
  }

  /// How many columns of each line lie left of the screen.
  int shift() {
    return shift;
  }

  /// What is searched, in lower case; empty: nothing.
  String search() {
    return search;
  }

  void search(String text) {
    search = text.toLowerCase(Locale.ROOT);
  }

  /// The number of the line below the last one that is shown.
  ///
  /// @param height how many lines are shown
  long bottom(MonitLogTail log, int height) {
    long least = Math.min(log.count(), log.first() + height);
    return Math.clamp(bottom.orElse(log.count()), least, log.count());
  }

  /// Pauses, or follows again.
  void toggle(MonitLogTail log) {
    bottom = isPaused() ? OptionalLong.empty() : OptionalLong.of(log.count());
  }

  /// Up by so many lines; negative: down. At the end new lines are followed again.
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

  /// Goes to the next line above that has what is searched, or below.
  ///
  /// @return whether there is one
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

  /// Whether a line has what is searched.
  boolean has(MonitLogTail.Line line) {
    return !search.isEmpty() && line.text().toLowerCase(Locale.ROOT).contains(search);
  }
}
