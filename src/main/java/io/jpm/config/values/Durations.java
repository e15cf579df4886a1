package io.jpm.config.values;

import java.time.Duration;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/// Parses and formats durations: an integer followed by `ms`, `s`, `m`, `h` or `d`.
public final class Durations {
  /// A hint that describes the expected format, appended to error messages.
  public static final String EXPECTED =
      "use a whole number with ms, s, m, h or d, such as 500ms or 10s";

  /// The maximum duration. Longer durations are never useful, and this one fits into a `long` in
  /// nanoseconds.
  private static final Duration LONGEST = Duration.ofDays(36_500);

  private static final Pattern FORM = Pattern.compile("([0-9]{1,15})(ms|s|m|h|d)");

  private Durations() {}

  /// Returns the duration that `text` denotes (`500ms`, `10s`, `5m`, `1h`, `7d`); empty if it is
  /// not a duration or exceeds 100 years.
  public static Optional<Duration> parse(String text) {
    Matcher matcher = FORM.matcher(text.strip());
    if (!matcher.matches()) {
      return Optional.empty();
    }
    long count = Long.parseLong(matcher.group(1));
    if (count > LONGEST.toMillis()) {
      return Optional.empty();
    }
    Duration duration =
        switch (matcher.group(2)) {
          case "ms" -> Duration.ofMillis(count);
          case "s" -> Duration.ofSeconds(count);
          case "m" -> Duration.ofMinutes(count);
          case "h" -> Duration.ofHours(count);
          default -> Duration.ofDays(count);
        };
    return Optional.of(duration).filter(Durations::isShortEnough);
  }

  /// Returns a duration of `count` milliseconds, which is how PM2 interprets a number without a
  /// unit; empty if it is negative or exceeds 100 years.
  public static Optional<Duration> ofMillis(long count) {
    return Optional.of(Duration.ofMillis(count))
        .filter(duration -> !duration.isNegative() && isShortEnough(duration));
  }

  /// Formats `duration` in the largest unit that represents it exactly, to the millisecond:
  /// `1600ms`, `10s`.
  public static String format(Duration duration) {
    long millis = duration.toMillis();
    if (millis == 0) {
      return "0s";
    }
    if (millis % 86_400_000 == 0) {
      return millis / 86_400_000 + "d";
    }
    if (millis % 3_600_000 == 0) {
      return millis / 3_600_000 + "h";
    }
    if (millis % 60_000 == 0) {
      return millis / 60_000 + "m";
    }
    return millis % 1_000 == 0 ? millis / 1_000 + "s" : millis + "ms";
  }

  private static boolean isShortEnough(Duration duration) {
    return duration.compareTo(LONGEST) <= 0;
  }
}
