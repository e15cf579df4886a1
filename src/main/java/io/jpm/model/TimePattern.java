package io.jpm.model;

import java.time.Instant;
import java.time.ZoneId;

/// How a time is written: the tokens of PM2's `log_date_format` (those of moment.js and day.js),
/// such as `YYYY-MM-DD HH:mm:ss.SSS Z`.
///
/// @param text the pattern; letters that are no token stand for themselves
public record TimePattern(String text) {
  /// PM2's `time: true`.
  public static final TimePattern TIME = new TimePattern("YYYY-MM-DDTHH:mm:ss");

  /// `time` in `zone`.
  public String format(Instant time, ZoneId zone) {
    throw new UnsupportedOperationException();
  }
}
