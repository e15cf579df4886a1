package io.jpm.bus.logs;

import java.time.Instant;
import java.util.Optional;

/// Which lines of a log are wanted.
///
/// @param since captured at this moment or later
/// @param until captured at this moment or earlier
/// @param grep a pattern of RE2 syntax that their text contains
/// @param ignoreCase whether upper and lower case are the same to the pattern
public record LogFilter(
    Optional<Instant> since, Optional<Instant> until, Optional<String> grep, boolean ignoreCase) {
  /// Every line.
  public static final LogFilter ALL =
      new LogFilter(Optional.empty(), Optional.empty(), Optional.empty(), false);
}
