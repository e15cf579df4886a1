package io.jpm.model;

import io.jpm.model.text.TimePattern;
import java.util.Optional;

/// How the lines of an app stand in its log files (`log_type`, `log_date_format`, `time`).
public sealed interface LineFormat {
  LineFormat RAW = new Raw();

  /// Byte for byte as the app wrote them.
  record Raw() implements LineFormat {}

  /// Each line behind the time at which it was captured, as PM2's `<date>: <line>`.
  ///
  /// @param pattern how the time is written
  record Dated(TimePattern pattern) implements LineFormat {}

  /// Each line as one JSON object, PM2's keys: `message`, `timestamp`, `type`, `process_id`,
  /// `app_name`.
  ///
  /// @param pattern how the time is written; empty: ISO 8601 in UTC
  record Json(Optional<TimePattern> pattern) implements LineFormat {}
}
