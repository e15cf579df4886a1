package io.jpm.satan.health;

import io.jpm.satan.health.Condition.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Decides what is asked of one process and what the answers come to. Pure: no clock, no timer.
///
/// Startup has to pass once before anything else is asked. Then readiness has to pass once, asked
/// twice a second at least. From then on liveness is asked too: what never gets ready is ended for
/// that, and what takes long to start must not be taken for dead. Whoever was ready is unhealthy
/// when readiness has failed often enough in a row, and dead, once and for all, when liveness has.
/// A check that listens passes startup and readiness for good; for liveness a sign must come in
/// each interval.
///
/// @param rules the checks there are
record Course(Map<Role, Rule> rules) {
  Course {
    rules = Map.copyOf(rules);
  }

  /// The same without a check that cannot be made.
  Course without(Role role) {
    Map<Role, Rule> others = new EnumMap<>(Role.class);
    others.putAll(rules);
    others.remove(role);
    return new Course(others);
  }

  /// What some news have led to.
  record Step(Condition next, List<Order> orders) {
    Step {
      orders = List.copyOf(orders);
    }
  }

  /// What `news` lead to.
  ///
  /// @param condition the process as it is
  /// @param now monotonic time, nanoseconds
  Step step(Condition condition, News news, long now) {
    if (condition.over()) {
      return new Step(condition, List.of());
    }
    var walk = new Walk(condition, now);
    switch (news) {
      case News.Began(boolean ready) -> walk.begin(ready);
      case News.Tick() -> walk.look();
      case News.Answered(Role role, long attempt, Finding finding) ->
          walk.answered(role, attempt, finding);
      case News.Heard(Role role) -> walk.heard(role);
      case News.Unheard(Role role, String reason) -> walk.unheard(role, reason);
      case News.Failing(String reason) -> walk.failing(reason);
      case News.Left() -> walk.end(Stage.LEFT);
    }
    return new Step(walk.condition, walk.orders);
  }

  /// Whether the instance waits for being said to be ready.
  private boolean gates() {
    return rules.containsKey(Role.STARTUP) || rules.containsKey(Role.READINESS);
  }

  /// One step as it is made. Owned by [#step].
  private final class Walk {
    private final long now;
    private final List<Order> orders = new ArrayList<>();
    private Condition condition;

    Walk(Condition condition, long now) {
      this.condition = condition;
      this.now = now;
    }

    void begin(boolean ready) {
      if (condition.stage() != Stage.AWAITED) {
        return;
      }
      boolean gated = gates() && !ready;
      if (gated && rules.containsKey(Role.STARTUP)) {
        condition = condition.in(Stage.STARTING);
        open(Role.STARTUP);
      } else {
        started(!gated);
      }
    }

    /// Startup has passed, or there is none.
    private void started(boolean wasReady) {
      if (rules.containsKey(Role.READINESS)) {
        condition = condition.in(wasReady ? Stage.RUNNING : Stage.GETTING_READY);
        open(Role.READINESS);
        if (wasReady) {
          watch();
        }
      } else {
        run(!wasReady);
      }
    }

    private void run(boolean told) {
      condition = condition.in(Stage.RUNNING);
      if (told) {
        orders.add(new Order.SayReady());
      }
      watch();
    }

    /// Liveness is asked from now on.
    private void watch() {
      rule(Role.LIVENESS)
          .ifPresent(rule -> {
            Duration first = rule.asks() ? Duration.ZERO : rule.rhythm().interval();
            put(
                Role.LIVENESS,
                pulse(Role.LIVENESS).heard(false).due(after(rule.rhythm().delay().plus(first))));
          });
    }

    private void open(Role role) {
      Optional<Rule> rule = rule(role);
      if (rule.isEmpty()) {
        return;
      }
      if (rule.get().asks()) {
        put(role, pulse(role).due(after(rule.get().rhythm().delay())));
      } else if (condition.stage() != Stage.RUNNING && pulse(role).heard()) {
        passedGate(role);
      }
    }

    void look() {
      // Of the dead nothing more is asked.
      for (Role role : List.of(Role.LIVENESS, Role.READINESS, Role.STARTUP)) {
        if (!condition.over()) {
          rule(role).filter(_ -> pulse(role).isDue(now)).ifPresent(rule -> due(role, rule));
        }
      }
    }

    private void due(Role role, Rule rule) {
      Pulse pulse = pulse(role);
      if (!rule.asks()) {
        put(role, pulse.heard(false).due(after(rule.rhythm().interval())));
        found(role, pulse.heard() ? new Finding.Passed() : new Finding.Failed(rule.silence()));
      } else if (pulse.asking()) {
        orders.add(new Order.GiveUp(role, pulse.attempt()));
        concluded(role, new Finding.Failed(rule.silence()));
      } else {
        Pulse asked = pulse.asked(now, after(rule.rhythm().timeout()));
        put(role, asked);
        orders.add(new Order.Ask(role, asked.attempt()));
      }
    }

    void answered(Role role, long attempt, Finding finding) {
      Pulse pulse = pulse(role);
      if (pulse.asking() && pulse.attempt() == attempt) {
        concluded(role, finding);
      }
    }

    /// An attempt is over, and the next one is due when its time has come.
    private void concluded(Role role, Finding finding) {
      boolean passed = role == Role.LIVENESS || condition.stage() == Stage.RUNNING;
      long next =
          pulse(role).askedAt()
              + rule(role).map(rule -> rule.pace(passed)).orElse(Duration.ZERO).toNanos();
      put(role, pulse(role).due(next - now > 0 ? next : now));
      found(role, finding);
    }

    private void found(Role role, Finding finding) {
      put(role, pulse(role).found(finding));
      switch (role) {
        case STARTUP -> gate(role, finding);
        case READINESS -> {
          if (condition.stage() == Stage.RUNNING) {
            judgeReadiness();
          } else {
            gate(role, finding);
          }
        }
        case LIVENESS -> judgeLiveness();
      }
    }

    private void gate(Role role, Finding finding) {
      switch (finding) {
        case Finding.Failed(String reason) -> notYet(reason);
        case Finding.Passed() -> {
          if (pulse(role).passes() >= rule(role).map(r -> r.rhythm().successes()).orElse(1)) {
            passedGate(role);
          }
        }
      }
    }

    private void passedGate(Role role) {
      if (role == Role.STARTUP) {
        put(role, pulse(role).over());
        started(false);
        return;
      }
      rule(role)
          .filter(Rule::asks)
          .ifPresent(rule ->
              put(role, pulse(role).due(pulse(role).askedAt() + rule.pace(true).toNanos())));
      run(true);
    }

    private void notYet(String reason) {
      if (!reason.equals(condition.told())) {
        condition = condition.told(reason);
        orders.add(new Order.SayNotYet(reason));
      }
    }

    private void judgeReadiness() {
      Rule rule = rule(Role.READINESS).orElseThrow();
      Pulse pulse = pulse(Role.READINESS);
      if (!condition.unhealthy() && pulse.failures() >= rule.rhythm().failures()) {
        condition = condition.unhealthy(true);
        orders.add(new Order.SayUnhealthy(inARow(pulse)));
      } else if (condition.unhealthy() && pulse.passes() >= rule.rhythm().successes()) {
        condition = condition.unhealthy(false);
        orders.add(new Order.SayRecovered());
      }
    }

    private void judgeLiveness() {
      Pulse pulse = pulse(Role.LIVENESS);
      if (pulse.failures() >= rule(Role.LIVENESS).orElseThrow().rhythm().failures()) {
        die(inARow(pulse));
      }
    }

    void failing(String reason) {
      if (condition.stage() != Stage.AWAITED && rules.containsKey(Role.LIVENESS)) {
        die(reason);
      }
    }

    private void die(String reason) {
      if (condition.stage() == Stage.RUNNING && !condition.unhealthy()) {
        condition = condition.unhealthy(true);
        orders.add(new Order.SayUnhealthy(reason));
      }
      orders.add(new Order.SayDead(reason));
      end(Stage.DEAD);
    }

    private static String inARow(Pulse pulse) {
      return pulse.failures() == 1
          ? pulse.finding()
          : "%s, %d times in a row".formatted(pulse.finding(), pulse.failures());
    }

    void heard(Role role) {
      Optional<Rule> rule = rule(role).filter(it -> !it.asks());
      if (rule.isEmpty()) {
        return;
      }
      put(role, pulse(role).heard(true));
      boolean awaited =
          switch (role) {
            case STARTUP -> condition.stage() == Stage.STARTING;
            case READINESS -> condition.stage() == Stage.GETTING_READY;
            case LIVENESS -> false;
          };
      if (awaited) {
        found(role, new Finding.Passed());
      }
    }

    /// Who cannot be heard will not pass; that he does not live nobody can say: see [#without].
    void unheard(Role role, String reason) {
      if (rules.get(role) == null) {
        put(role, pulse(role).over());
      } else if (role != Role.LIVENESS && condition.stage() != Stage.RUNNING) {
        notYet(reason);
      }
    }

    void end(Stage stage) {
      for (Role role : Role.values()) {
        Pulse pulse = pulse(role);
        if (pulse.asking()) {
          orders.add(new Order.GiveUp(role, pulse.attempt()));
        }
        put(role, pulse.over());
      }
      condition = condition.in(stage);
    }

    private Optional<Rule> rule(Role role) {
      return Optional.ofNullable(rules.get(role));
    }

    private Pulse pulse(Role role) {
      return condition.pulse(role);
    }

    private void put(Role role, Pulse pulse) {
      condition = condition.with(role, pulse);
    }

    private long after(Duration time) {
      return now + time.toNanos();
    }
  }
}
