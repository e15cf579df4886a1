package io.jpm.model;

import io.jpm.model.text.TimePattern;
import java.util.Optional;

/// The format of lines in log files (`log_type`, `log_date_format`, `time`).
public sealed interface LineFormat {
  LineFormat RAW = new Raw();

  /// The bytes exactly as the app wrote them.
  record Raw() implements LineFormat {}

  /// Each line preceded by its capture time, as in PM2: `<date>: <line>`.
  ///
  /// @param pattern the format of the time
  record Dated(TimePattern pattern) implements LineFormat {}

  /// Each line as a JSON object with the keys of PM2: `message`, `timestamp`, `type`, `process_id`,
  /// `app_name`.
  ///
  /// @param pattern the format of the time; empty for ISO 8601 in UTC
  record Json(Optional<TimePattern> pattern) implements LineFormat {}
}
