package io.jpm.logs.read;

import com.google.re2j.Pattern;
import io.jpm.bus.logs.LogFilter;
import java.util.Optional;

/// A [LogFilter], ready for use.
final class LineFilter {
  /// Searching a line for a pattern takes this many times as long as reading it.
  private static final int PATTERN_WORK = 8;

  private final long since;
  private final long until;
  private final Optional<Pattern> pattern;

  /// @throws com.google.re2j.PatternSyntaxException when the pattern is none
  LineFilter(LogFilter filter) {
    this.since = filter.since().map(LineFilter::millis).orElse(Long.MIN_VALUE);
    this.until = filter.until().map(LineFilter::millis).orElse(Long.MAX_VALUE);
    this.pattern =
        filter
            .grep()
            .map(text -> Pattern.compile(text, filter.ignoreCase() ? Pattern.CASE_INSENSITIVE : 0));
  }

  /// Also of a moment that is further away than milliseconds can count.
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

  /// Whether lines are wanted for what they say.
  boolean reads() {
    return pattern.isPresent();
  }

  int workPerByte() {
    return reads() ? PATTERN_WORK : 1;
  }

  boolean wants(long time, String text) {
    return time >= since
        && time <= until
        && (pattern.isEmpty() || pattern.get().matcher(text).find());
  }
}
