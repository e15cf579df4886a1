package io.jpm.satan.health;

import io.jpm.model.Check;
import io.jpm.model.Health;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiFunction;

/// The settings of one probe of an app.
///
/// @param rhythm the intervals, timeouts and thresholds
/// @param asks whether the probe is active; a passive probe waits for signals
/// @param silence the reason to report if there is no result in time, for users
record ProbeConfig(Check.Rhythm rhythm, boolean asks, String silence) {
  /// The maximum interval between attempts until the probe has passed for the first time.
  private static final Duration SOON = Duration.ofMillis(500);

  /// The timeout of one attempt of a startup probe, which itself has only a timeout for all
  /// attempts.
  private static final Duration ONE_ATTEMPT = Duration.ofSeconds(5);

  /// Returns the time from the start of one attempt to the start of the next.
  ///
  /// @param passedBefore whether the probe has passed before
  Duration pace(boolean passedBefore) {
    boolean soon = !passedBefore && rhythm.interval().compareTo(SOON) > 0;
    return soon ? SOON : rhythm.interval();
  }

  /// Returns the settings of the probes of `health`.
  ///
  /// @param silences returns the reason to report if a probe has no result within a time
  static Map<ProbeRole, ProbeConfig> of(
      Health health, BiFunction<Check, Duration, String> silences) {
    Map<ProbeRole, ProbeConfig> rules = new EnumMap<>(ProbeRole.class);
    health
        .startup()
        .ifPresent(it -> rules.put(ProbeRole.STARTUP, rule(it.check(), rhythm(it), silences)));
    health
        .readiness()
        .ifPresent(it -> rules.put(ProbeRole.READINESS, rule(it.check(), it.rhythm(), silences)));
    health
        .liveness()
        .ifPresent(it -> rules.put(ProbeRole.LIVENESS, rule(it.check(), it.rhythm(), silences)));
    return rules;
  }

  private static Check.Rhythm rhythm(Health.Startup startup) {
    Duration within = startup.within();
    Duration attempt = within.compareTo(ONE_ATTEMPT) < 0 ? within : ONE_ATTEMPT;
    return new Check.Rhythm(startup.interval(), attempt, 1, 1, Duration.ZERO);
  }

  private static ProbeConfig rule(
      Check check, Check.Rhythm rhythm, BiFunction<Check, Duration, String> silences) {
    boolean asks =
        switch (check) {
          case Check.Http _, Check.Tcp _, Check.Exec _ -> true;
          case Check.Log _, Check.Notify _ -> false;
        };
    Duration time = asks ? rhythm.timeout() : rhythm.interval();
    return new ProbeConfig(rhythm, asks, silences.apply(check, time));
  }
}
