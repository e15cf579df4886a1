package io.jpm.satan.health;

import io.jpm.model.Check;
import io.jpm.model.Health;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.function.BiFunction;

/// How one check of an app is made.
///
/// @param rhythm how often and how patiently
/// @param asks whether it asks; otherwise it listens
/// @param silence what is found when nothing comes in time, for people
record ProbeConfig(Check.Rhythm rhythm, boolean asks, String silence) {
  /// How often is asked as long as the answer has never been the right one.
  private static final Duration SOON = Duration.ofMillis(500);

  /// An attempt of a check that only has a time for all its attempts may take so long.
  private static final Duration ONE_ATTEMPT = Duration.ofSeconds(5);

  /// From one attempt to the next.
  ///
  /// @param passedBefore whether it has passed already
  Duration pace(boolean passedBefore) {
    boolean soon = !passedBefore && rhythm.interval().compareTo(SOON) > 0;
    return soon ? SOON : rhythm.interval();
  }

  /// The rules of `health`.
  ///
  /// @param silences what to say when a check has found nothing within a time
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
