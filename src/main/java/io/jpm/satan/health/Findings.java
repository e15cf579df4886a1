package io.jpm.satan.health;

import io.jpm.bus.HealthReport;
import io.jpm.bus.HealthReport.OfCheck;
import io.jpm.bus.HealthReport.Standing;
import io.jpm.bus.HealthReport.Verdict;
import io.jpm.satan.health.Condition.Stage;
import java.time.Duration;
import java.util.EnumMap;
import java.util.Map;
import java.util.Optional;

/// What the checks of one process have found, and since when: for people, nothing is decided by it.
/// Has no clock: `now` is monotonic nanoseconds. Owned by its [Attendance].
final class Findings {
  private final Map<Role, Rule> rules;
  private final Map<Role, Since<Verdict>> verdicts = new EnumMap<>(Role.class);
  private final Map<Role, String> unheard = new EnumMap<>(Role.class);
  private Condition condition = Condition.NEW;
  private Since<Standing> standing;

  /// @param what what is so
  /// @param nanos since when
  private record Since<T>(T what, long nanos) {
    Since<T> or(T present, long now) {
      return what.equals(present) ? this : new Since<>(present, now);
    }

    Duration until(long now) {
      return Duration.ofNanos(Math.max(0, now - nanos));
    }
  }

  /// @param rules the checks there are
  Findings(Map<Role, Rule> rules, long now) {
    this.rules = Map.copyOf(rules);
    this.standing = new Since<>(Standing.NOT_READY, now);
    rules.keySet().forEach(role -> verdicts.put(role, new Since<>(Verdict.NOT_BEGUN, now)));
  }

  /// What a check listens to cannot be heard.
  void unheard(Role role, String reason) {
    unheard.put(role, reason);
  }

  /// The process is like this now.
  void take(Condition next, long now) {
    condition = next;
    standing = standing.or(standing(next), now);
    verdicts.replaceAll((role, since) -> since.or(verdict(role), now));
  }

  private static Standing standing(Condition condition) {
    return switch (condition.stage()) {
      case AWAITED, STARTING, GETTING_READY -> Standing.NOT_READY;
      case RUNNING, LEFT -> condition.unhealthy() ? Standing.UNHEALTHY : Standing.WELL;
      case DEAD -> Standing.UNHEALTHY;
    };
  }

  private Verdict verdict(Role role) {
    Pulse pulse = condition.pulse(role);
    if (unheard.containsKey(role) && pulse.passes() == 0) {
      return Verdict.UNHEARD;
    } else if (pulse.failures() > 0) {
      return Verdict.FAILING;
    } else if (pulse.passes() > 0) {
      return Verdict.PASSING;
    }
    return switch (condition.stage()) {
      case AWAITED -> Verdict.NOT_BEGUN;
      case STARTING -> role == Role.STARTUP ? Verdict.NO_ANSWER : Verdict.NOT_BEGUN;
      case GETTING_READY -> role == Role.LIVENESS ? Verdict.NOT_BEGUN : unasked(role);
      case RUNNING, DEAD, LEFT -> unasked(role);
    };
  }

  /// Nothing was found in this daemon's time; what had passed for good in that of an earlier one is
  /// not asked again.
  private Verdict unasked(Role role) {
    boolean asked = rules.containsKey(role) && condition.pulse(role).due().isPresent();
    boolean passedBefore =
        role == Role.STARTUP || (role == Role.READINESS && condition.stage() == Stage.RUNNING);
    return passedBefore && !asked ? Verdict.PASSING : Verdict.NO_ANSWER;
  }

  HealthReport report(long now) {
    return new HealthReport(
        standing.what(),
        standing.until(now),
        of(Role.STARTUP, now),
        of(Role.READINESS, now),
        of(Role.LIVENESS, now));
  }

  private Optional<OfCheck> of(Role role, long now) {
    Since<Verdict> since = verdicts.get(role);
    Rule rule = rules.get(role);
    if (since == null || rule == null) {
      return Optional.empty();
    }
    Pulse pulse = condition.pulse(role);
    boolean failing = since.what() == Verdict.FAILING;
    return Optional.of(
        new OfCheck(
            since.what(),
            failing ? pulse.failures() : 0,
            role == Role.STARTUP ? 0 : rule.rhythm().failures(),
            failing ? pulse.finding() : unheard.getOrDefault(role, ""),
            since.until(now)));
  }
}
