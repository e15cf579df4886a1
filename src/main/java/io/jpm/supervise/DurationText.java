package io.jpm.supervise;

import java.time.Duration;
import java.util.Locale;

/// Formats durations for users, and joins reasons with their consequences.
public final class DurationText {
  private DurationText() {}

  /// Formats a duration, for example as `12 ms`, `3.4 s`, `5 min 2 s`, `3 h 10 min` or `2 d 4 h`.
  public static String of(Duration duration) {
    long millis = Math.max(0, duration.toMillis());
    if (millis < 1000) {
      return millis + " ms";
    }
    if (millis < 60_000) {
      return trimmed(millis) + " s";
    }
    long seconds = millis / 1000;
    if (seconds < 3600) {
      return pair(seconds, 60, "min", "s");
    }
    return seconds < 86_400
        ? pair(seconds / 60, 60, "h", "min")
        : pair(seconds / 3600, 24, "d", "h");
  }

  /// Joins the reason `words` with its consequence. If `words` contains `: `, which introduces
  /// quoted text, the separator is a semicolon: after a comma, the consequence would read as part
  /// of the quoted text.
  static String then(String words, String more) {
    return words + (words.contains(": ") ? "; " : ", ") + more;
  }

  /// Joins the reason `words` with the final outcome. The separator is a colon or, after a
  /// quotation, a semicolon.
  static String thenAtLast(String words, String end) {
    return words + (words.contains(": ") ? "; " : ": ") + end;
  }

  private static String trimmed(long millis) {
    String text = String.format(Locale.ROOT, "%.1f", millis / 1000.0);
    return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
  }

  private static String pair(long small, long per, String bigUnit, String smallUnit) {
    long rest = small % per;
    return small / per + " " + bigUnit + (rest == 0 ? "" : " " + rest + " " + smallUnit);
  }
}
