package io.jpm.console.text;

import io.jpm.bus.satan.HealthReport.ProbeReport;
import java.time.Instant;
import java.time.temporal.ChronoUnit;

/// Formats the state of one probe for `jpm describe`.
final class ProbeText {
  private ProbeText() {}

  /// Returns a text such as `passing since 2026-03-04T09:58:20Z` or `failing 1 of 3 since …: …
  /// answers 503`.
  ///
  /// @param now the current wall-clock time
  static String of(ProbeReport check, Instant now) {
    String since = " since " + now.minus(check.since()).truncatedTo(ChronoUnit.SECONDS);
    return switch (check.verdict()) {
      case NOT_BEGUN -> "not started";
      case NO_ANSWER -> "no answer yet" + since;
      case PASSING -> "passing" + since;
      case FAILING -> "failing " + count(check) + since + ": " + check.failureReason();
      case UNAVAILABLE -> "unavailable: " + check.failureReason();
    };
  }

  private static String count(ProbeReport check) {
    return check.failures() > check.threshold()
        ? Amounts.count(check.failures(), "time") + " in a row"
        : "%d of %d".formatted(check.failures(), check.threshold());
  }
}
