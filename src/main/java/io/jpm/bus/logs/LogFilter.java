package io.jpm.bus.logs;

import java.time.Instant;
import java.util.Optional;

/// Selects lines of a log.
///
/// @param since selects lines captured at this moment or later
/// @param until selects lines captured at this moment or earlier
/// @param grep a pattern in RE2 syntax that must match a part of the line
/// @param ignoreCase whether the pattern ignores case
public record LogFilter(
    Optional<Instant> since, Optional<Instant> until, Optional<String> grep, boolean ignoreCase) {
  /// Selects every line.
  public static final LogFilter ALL =
      new LogFilter(Optional.empty(), Optional.empty(), Optional.empty(), false);
}
