package io.jpm.satan.health;

import io.jpm.model.Check;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/// Builds the message for a probe that has no result in time.
final class TimeoutMessage {
  private TimeoutMessage() {}

  /// Returns the message, without a full stop.
  ///
  /// @param variables the variables of the process
  static String of(Check check, Duration time, Map<String, String> variables) {
    String within = " within " + words(time);
    return switch (check) {
      case Check.Http http ->
          "no answer from " + Placeholders.asFarAsKnown(http.url(), variables) + within;
      case Check.Tcp(String host, String port) ->
          "no connection to "
              + Placeholders.asFarAsKnown(TcpProbe.place(host, port), variables)
              + within;
      case Check.Exec exec -> ExecProbe.shown(exec) + " has not ended" + within;
      case Check.Log(String pattern) -> "no line with " + pattern + within;
      case Check.Notify _ -> "no WATCHDOG=1" + within;
    };
  }

  /// Formats a duration as `500 ms`, `2 s` or `2.5 s`.
  static String words(Duration time) {
    long millis = time.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    String seconds = String.format(Locale.ROOT, "%.1f", millis / 1000.0);
    return (seconds.endsWith(".0") ? seconds.substring(0, seconds.length() - 2) : seconds) + " s";
  }
}
