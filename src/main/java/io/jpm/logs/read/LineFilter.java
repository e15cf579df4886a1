package io.jpm.logs.read;

import com.google.re2j.Pattern;
import io.jpm.bus.logs.LogFilter;
import java.util.Optional;

/// Matches log lines against a [LogFilter].
final class LineFilter {
  /// The cost of matching one byte against a pattern, relative to the cost of reading it.
  private static final int PATTERN_WORK = 8;

  private final long since;
  private final long until;
  private final Optional<Pattern> pattern;

  /// @throws com.google.re2j.PatternSyntaxException if the pattern is not valid
  LineFilter(LogFilter filter) {
    this.since = filter.since().map(LineFilter::millis).orElse(Long.MIN_VALUE);
    this.until = filter.until().map(LineFilter::millis).orElse(Long.MAX_VALUE);
    this.pattern =
        filter
            .grep()
            .map(text -> Pattern.compile(text, filter.ignoreCase() ? Pattern.CASE_INSENSITIVE : 0));
  }

  /// Returns the time in milliseconds since 1970, clamped to a range that a `long` can represent.
  private static long millis(java.time.Instant moment) {
    long seconds = Math.clamp(moment.getEpochSecond(), -1_000_000_000_000L, 1_000_000_000_000L);
    return seconds * 1000 + moment.getNano() / 1_000_000;
  }

  long since() {
    return since;
  }

  long until() {
    return until;
  }

  /// Reports whether the filter depends on the text of lines.
  boolean needsText() {
    return pattern.isPresent();
  }

  int workPerByte() {
    return needsText() ? PATTERN_WORK : 1;
  }

  boolean matches(long time, String text) {
    return time >= since
        && time <= until
        && (pattern.isEmpty() || pattern.get().matcher(text).find());
  }
}
