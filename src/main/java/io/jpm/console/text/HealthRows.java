package io.jpm.console.text;

import io.jpm.bus.satan.HealthReport;
import io.jpm.model.HealthProbes;
import io.jpm.model.ProbeHandler;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;

/// Builds the rows of `jpm describe` that show the probes of an app.
final class HealthRows {
  private HealthRows() {}

  /// Returns the rows in display order, keyed by label. Each row shows a configured probe and its
  /// result.
  ///
  /// @param found the probe results; empty if they are unknown
  /// @param now the current wall-clock time
  static Map<String, String> of(
      HealthProbes healthProbes, Optional<HealthReport> found, Instant now) {
    Map<String, String> rows = of(healthProbes);
    found.flatMap(HealthReport::startup).ifPresent(it -> add(rows, "startup", it, now));
    found.flatMap(HealthReport::readiness).ifPresent(it -> add(rows, "readiness", it, now));
    found.flatMap(HealthReport::liveness).ifPresent(it -> add(rows, "liveness", it, now));
    return rows;
  }

  private static void add(
      Map<String, String> rows, String label, HealthReport.ProbeReport check, Instant now) {
    rows.computeIfPresent(label, (_, asked) -> asked + "; " + ProbeText.of(check, now));
  }

  private static Map<String, String> of(HealthProbes healthProbes) {
    Map<String, String> rows = new LinkedHashMap<>();
    healthProbes
        .startup()
        .ifPresent(it ->
            rows.put(
                "startup",
                "%s, every %s, within %s"
                    .formatted(
                        words(it.check()),
                        Amounts.span(it.interval()),
                        Amounts.span(it.within()))));
    healthProbes.readiness().ifPresent(it -> rows.put("readiness", words(it)));
    healthProbes.liveness().ifPresent(it -> rows.put("liveness", words(it)));
    return rows;
  }

  private static String words(HealthProbes.Probe probe) {
    ProbeHandler.ProbeTiming probeTiming = probe.rhythm();
    String delay =
        probeTiming.delay().isZero() ? "" : ", initial delay " + Amounts.span(probeTiming.delay());
    return "%s, every %s, timeout %s, failure threshold %d%s"
        .formatted(
            words(probe.check()),
            Amounts.span(probeTiming.interval()),
            Amounts.span(probeTiming.timeout()),
            probeTiming.failures(),
            delay);
  }

  private static String words(ProbeHandler probeHandler) {
    return switch (probeHandler) {
      case ProbeHandler.Http http -> http.url();
      case ProbeHandler.Tcp(String host, String port) ->
          "tcp " + (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
      case ProbeHandler.Exec exec -> "exec " + String.join(" ", exec.command());
      case ProbeHandler.Log(String pattern) -> "log line " + pattern;
      case ProbeHandler.Notify() -> "notify";
    };
  }
}
