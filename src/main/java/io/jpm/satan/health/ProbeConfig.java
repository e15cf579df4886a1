package io.jpm.satan.health;

import io.jpm.model.HealthProbes;
import io.jpm.model.ProbeHandler;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiFunction;

/// The settings of one probe of an app.
///
/// @param timing the intervals, timeouts and thresholds
/// @param isActive whether the probe makes attempts; a passive probe waits for signals
/// @param timeoutMessage the reason to report to users if there is no result in time
record ProbeConfig(ProbeHandler.ProbeTiming timing, boolean isActive, String timeoutMessage) {
  /// The maximum interval between attempts until the probe has passed for the first time.
  private static final Duration SOON = Duration.ofMillis(500);

  /// The timeout of a single attempt of a startup probe, for which apps can configure only the
  /// timeout of all attempts together.
  private static final Duration ONE_ATTEMPT = Duration.ofSeconds(5);

  /// Returns the time from the start of one attempt to the start of the next.
  ///
  /// @param passedBefore whether the probe has passed before
  Duration nextInterval(boolean passedBefore) {
    boolean soon = !passedBefore && timing.interval().compareTo(SOON) > 0;
    return soon ? SOON : timing.interval();
  }

  /// Returns the settings of the configured probes.
  ///
  /// @param silences returns the reason to report if a handler has no result within the given time
  static Map<ProbeKind, ProbeConfig> of(
      HealthProbes healthProbes, BiFunction<ProbeHandler, Duration, String> silences) {
    Map<ProbeKind, ProbeConfig> rules = new EnumMap<>(ProbeKind.class);
    healthProbes
        .startup()
        .ifPresent(it -> rules.put(ProbeKind.STARTUP, rule(it.check(), rhythm(it), silences)));
    healthProbes
        .readiness()
        .ifPresent(it -> rules.put(ProbeKind.READINESS, rule(it.check(), it.rhythm(), silences)));
    healthProbes
        .liveness()
        .ifPresent(it -> rules.put(ProbeKind.LIVENESS, rule(it.check(), it.rhythm(), silences)));
    return rules;
  }

  private static ProbeHandler.ProbeTiming rhythm(HealthProbes.StartupProbe startupProbe) {
    Duration within = startupProbe.within();
    Duration attempt = within.compareTo(ONE_ATTEMPT) < 0 ? within : ONE_ATTEMPT;
    return new ProbeHandler.ProbeTiming(startupProbe.interval(), attempt, 1, 1, Duration.ZERO);
  }

  private static ProbeConfig rule(
      ProbeHandler probeHandler,
      ProbeHandler.ProbeTiming probeTiming,
      BiFunction<ProbeHandler, Duration, String> silences) {
    boolean asks =
        switch (probeHandler) {
          case ProbeHandler.Http _, ProbeHandler.Tcp _, ProbeHandler.Exec _ -> true;
          case ProbeHandler.Log _, ProbeHandler.Notify _ -> false;
        };
    Duration time = asks ? probeTiming.timeout() : probeTiming.interval();
    return new ProbeConfig(probeTiming, asks, silences.apply(probeHandler, time));
  }
}
