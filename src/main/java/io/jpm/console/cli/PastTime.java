package io.jpm.console.cli;

import io.jpm.config.values.Durations;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.LocalDateTime;
import java.time.LocalTime;
import java.time.OffsetDateTime;
import java.time.ZoneId;
import java.time.ZonedDateTime;
import java.util.Optional;
import java.util.function.Function;

/// Parses past points in time as typed by users: `10m` (ten minutes ago), `13:20` (today, or
/// yesterday if it is not yet 13:20), `2026-11-21`, `2026-11-21T13:20`, optionally with seconds and
/// a zone.
///
/// @param now the current time
/// @param zone the default time zone
public record PastTime(Instant now, ZoneId zone) {
  /// Returns the point in time that `text`, the value of `option`, denotes.
  ///
  /// @throws CommandFailure if `text` is not valid
  Instant of(VerbOption option, String text) {
    return read(text.strip())
        .orElseThrow(() ->
            new CommandFailure(
                "%s \"%s\" is not a valid time: use a value such as 10m, 2h, 1d, 13:20, 2026-11-21 or 2026-11-21T13:20:30Z"
                    .formatted(option.longName(), text)));
  }

  private Optional<Instant> read(String text) {
    Optional<Duration> ago = Durations.parse(text);
    if (ago.isPresent()) {
      return ago.map(now::minus);
    }
    String joined = text.replaceFirst("^([0-9-]{10}) +", "$1T");
    return attempt(LocalTime::parse, joined)
        .map(this::latest)
        .or(() -> attempt(LocalDate::parse, joined).map(day -> day.atStartOfDay(zone).toInstant()))
        .or(() -> attempt(LocalDateTime::parse, joined).map(time -> time.atZone(zone).toInstant()))
        .or(() -> attempt(OffsetDateTime::parse, joined).map(OffsetDateTime::toInstant));
  }

  private Instant latest(LocalTime time) {
    ZonedDateTime today = now.atZone(zone).with(time);
    return (today.toInstant().isAfter(now) ? today.minusDays(1) : today).toInstant();
  }

  private static <T> Optional<T> attempt(Function<String, T> form, String text) {
    try {
      return Optional.of(form.apply(text));
    } catch (DateTimeException anotherForm) {
      return Optional.empty();
    }
  }
}
