package io.jpm.console.text;

import io.jpm.bus.satan.HealthReport;
import io.jpm.model.Check;
import io.jpm.model.Health;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// The rows of `jpm describe` about the probes of an app.
final class HealthRows {
  private HealthRows() {}

  /// Returns values by label, in the order to print them: the configured probes and their results.
  ///
  /// @param found the results; empty if they are unknown
  /// @param now wall clock
  static Map<String, String> of(Health health, Optional<HealthReport> found, Instant now) {
    Map<String, String> rows = of(health);
    found.flatMap(HealthReport::startup).ifPresent(it -> add(rows, "startup", it, now));
    found.flatMap(HealthReport::readiness).ifPresent(it -> add(rows, "readiness", it, now));
    found.flatMap(HealthReport::liveness).ifPresent(it -> add(rows, "liveness", it, now));
    return rows;
  }

  private static void add(
      Map<String, String> rows, String label, HealthReport.OfCheck check, Instant now) {
    rows.computeIfPresent(label, (_, asked) -> asked + "; " + CheckText.of(check, now));
  }

  private static Map<String, String> of(Health health) {
    Map<String, String> rows = new LinkedHashMap<>();
    health
        .startup()
        .ifPresent(it ->
            rows.put(
                "startup",
                "%s, every %s, within %s"
                    .formatted(
                        words(it.check()),
                        Amounts.span(it.interval()),
                        Amounts.span(it.within()))));
    health.readiness().ifPresent(it -> rows.put("readiness", words(it)));
    health.liveness().ifPresent(it -> rows.put("liveness", words(it)));
    return rows;
  }

  private static String words(Health.Probe probe) {
    Check.Rhythm rhythm = probe.rhythm();
    String delay = rhythm.delay().isZero() ? "" : ", after " + Amounts.span(rhythm.delay());
    return "%s, every %s, timeout %s, fails after %d%s"
        .formatted(
            words(probe.check()),
            Amounts.span(rhythm.interval()),
            Amounts.span(rhythm.timeout()),
            rhythm.failures(),
            delay);
  }

  private static String words(Check check) {
    return switch (check) {
      case Check.Http http -> http.url();
      case Check.Tcp(String host, String port) ->
          "tcp " + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
      case Check.Exec exec -> "exec " + String.join(" ", exec.command());
      case Check.Log(String pattern) -> "log line " + pattern;
      case Check.Notify() -> "notify";
    };
  }
}
