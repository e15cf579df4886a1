package io.jpm.satan.health;

import io.jpm.model.ProbeHandler;
import java.time.Duration;
import java.util.Locale;
import java.util.Map;

/// Builds the message for a probe that has no result within its timeout.
final class TimeoutMessage {
  private TimeoutMessage() {}

  /// Returns the message, without a full stop.
  ///
  /// @param variables the variables of the process
  static String of(ProbeHandler probeHandler, Duration time, Map<String, String> variables) {
    String within = " within " + formatDuration(time);
    return switch (probeHandler) {
      case ProbeHandler.Http http ->
          "no answer from " + Placeholders.asFarAsKnown(http.url(), variables) + within;
      case ProbeHandler.Tcp(String host, String port) ->
          "no connection to "
              + Placeholders.asFarAsKnown(TcpProbe.endpoint(host, port), variables)
              + within;
      case ProbeHandler.Exec exec -> ExecProbe.describe(exec) + " has not exited" + within;
      case ProbeHandler.Log(String pattern) -> "no line that matches " + pattern + within;
      case ProbeHandler.Notify _ -> "no WATCHDOG=1 received" + within;
    };
  }

  /// Formats a duration as `500 ms`, `2 s` or `2.5 s`.
  static String formatDuration(Duration time) {
    long millis = time.toMillis();
    if (millis < 1000) {
      return millis + " ms";
    }
    String seconds = String.format(Locale.ROOT, "%.1f", millis / 1000.0);
    return (seconds.endsWith(".0") ? seconds.substring(0, seconds.length() - 2) : seconds) + " s";
  }
}
