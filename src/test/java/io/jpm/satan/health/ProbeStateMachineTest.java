package io.jpm.satan.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.Check;
import io.jpm.satan.health.HealthState.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbeStateMachineTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final ProbeResult WELL = new ProbeResult.Passed();
  private static final ProbeResult ILL = new ProbeResult.Failed("answers 500");

  private final Map<ProbeRole, ProbeConfig> rules = new EnumMap<>(ProbeRole.class);
  private final List<HealthEffect> orders = new ArrayList<>();
  private HealthState healthState = HealthState.NEW;
  private long now = 1_000;

  private void asks(ProbeRole probeRole, Duration interval, int failures, int successes) {
    var rhythm =
        new Check.Rhythm(interval, SECOND.multipliedBy(2), failures, successes, Duration.ZERO);
    rules.put(probeRole, new ProbeConfig(rhythm, true, "no answer"));
  }

  private void listens(ProbeRole probeRole, Duration interval, int failures) {
    var rhythm = new Check.Rhythm(interval, SECOND, failures, 1, Duration.ZERO);
    rules.put(probeRole, new ProbeConfig(rhythm, false, "silence"));
  }

  private void take(HealthEvent healthEvent) {
    ProbeStateMachine.Step step = new ProbeStateMachine(rules).step(healthState, healthEvent, now);
    healthState = step.next();
    orders.addAll(step.orders());
  }

  private List<HealthEffect> said() {
    return orders.stream()
        .filter(healthEffect ->
            !(healthEffect instanceof HealthEffect.Ask)
                && !(healthEffect instanceof HealthEffect.GiveUp))
        .toList();
  }

  private void begin() {
    take(new HealthEvent.Began(false));
  }

  private void after(Duration time) {
    now += time.toNanos();
    take(new HealthEvent.Tick());
  }

  /// Ends the latest attempt of `probeRole` with the result.
  private void found(ProbeRole probeRole, ProbeResult probeResult) {
    take(new HealthEvent.Answered(probeRole, healthState.pulse(probeRole).attempt(), probeResult));
  }

  /// Begins the next attempt when it is due and ends it with the result.
  private void next(ProbeRole probeRole, ProbeResult probeResult) {
    long due = healthState.pulse(probeRole).due().orElseThrow();
    now = Math.max(now, due);
    take(new HealthEvent.Tick());
    assertThat(healthState.pulse(probeRole).asking()).isTrue();
    found(probeRole, probeResult);
  }

  @Test
  void nobodyIsDeadWhoCannotBeHeard() {
    listens(ProbeRole.LIVENESS, SECOND, 1);
    begin();
    assertThat(healthState.due()).isPresent();
    ProbeStateMachine deaf = new ProbeStateMachine(rules).without(ProbeRole.LIVENESS);
    rules.clear();
    rules.putAll(deaf.rules());
    take(new HealthEvent.Unheard(ProbeRole.LIVENESS, "no socket"));
    assertThat(healthState.due()).isEmpty();
    after(SECOND.multipliedBy(5));
    assertThat(said()).isEmpty();
  }

  @Test
  void isReadyWhenStartupAndThenReadinessHavePassed() {
    asks(ProbeRole.STARTUP, SECOND, 1, 1);
    asks(ProbeRole.READINESS, SECOND, 3, 1);
    begin();
    next(ProbeRole.STARTUP, ILL);
    assertThat(said()).containsExactly(new HealthEffect.SayNotYet("answers 500"));
    next(ProbeRole.STARTUP, WELL);
    assertThat(healthState.stage()).isEqualTo(Stage.GETTING_READY);
    next(ProbeRole.READINESS, WELL);
    assertThat(said()).last().isEqualTo(new HealthEffect.SayReady());
    assertThat(healthState.stage()).isEqualTo(Stage.RUNNING);
    assertThat(healthState.pulse(ProbeRole.STARTUP).due()).isEmpty();
  }

  @Test
  void readinessIsAskedTwiceASecondUntilItHasPassed() {
    asks(ProbeRole.READINESS, SECOND.multipliedBy(5), 3, 1);
    begin();
    next(ProbeRole.READINESS, ILL);
    long asked = healthState.pulse(ProbeRole.READINESS).askedAt();
    assertThat(healthState.pulse(ProbeRole.READINESS).due()).hasValue(asked + 500_000_000);
    next(ProbeRole.READINESS, WELL);
    asked = healthState.pulse(ProbeRole.READINESS).askedAt();
    assertThat(healthState.pulse(ProbeRole.READINESS).due()).hasValue(asked + 5_000_000_000L);
  }

  @Test
  void theSameReasonIsSaidOnce() {
    asks(ProbeRole.READINESS, SECOND, 3, 1);
    begin();
    next(ProbeRole.READINESS, ILL);
    next(ProbeRole.READINESS, ILL);
    next(ProbeRole.READINESS, new ProbeResult.Failed("nothing listens"));
    assertThat(said())
        .containsExactly(
            new HealthEffect.SayNotYet("answers 500"),
            new HealthEffect.SayNotYet("nothing listens"));
  }

  @Test
  void readinessHasToPassAsOftenInARowAsIsSaid() {
    asks(ProbeRole.READINESS, SECOND, 3, 2);
    begin();
    next(ProbeRole.READINESS, WELL);
    next(ProbeRole.READINESS, ILL);
    next(ProbeRole.READINESS, WELL);
    assertThat(said()).doesNotContain(new HealthEffect.SayReady());
    next(ProbeRole.READINESS, WELL);
    assertThat(said()).last().isEqualTo(new HealthEffect.SayReady());
  }

  @Test
  void anAttemptWithoutAnAnswerFailsWhenItsTimeIsOver() {
    asks(ProbeRole.READINESS, SECOND, 3, 1);
    begin();
    after(Duration.ZERO);
    after(SECOND);
    assertThat(said()).isEmpty();
    after(SECOND);
    assertThat(orders)
        .containsExactly(
            new HealthEffect.Ask(ProbeRole.READINESS, 1),
            new HealthEffect.GiveUp(ProbeRole.READINESS, 1),
            new HealthEffect.SayNotYet("no answer"));
  }

  @Test
  void aLateAnswerIsIgnored() {
    asks(ProbeRole.READINESS, SECOND, 3, 1);
    begin();
    after(Duration.ZERO);
    after(SECOND.multipliedBy(2));
    after(SECOND);
    assertThat(healthState.pulse(ProbeRole.READINESS).attempt()).isEqualTo(2);
    take(new HealthEvent.Answered(ProbeRole.READINESS, 1, WELL));
    assertThat(said()).containsExactly(new HealthEffect.SayNotYet("no answer"));
    assertThat(healthState.pulse(ProbeRole.READINESS).asking()).isTrue();
  }

  @Test
  void whoWasReadyIsUnhealthyAfterSoManyFailuresAndRecovers() {
    asks(ProbeRole.READINESS, SECOND, 2, 1);
    begin();
    next(ProbeRole.READINESS, WELL);
    next(ProbeRole.READINESS, ILL);
    next(ProbeRole.READINESS, WELL);
    next(ProbeRole.READINESS, ILL);
    assertThat(said()).containsExactly(new HealthEffect.SayReady());
    next(ProbeRole.READINESS, ILL);
    next(ProbeRole.READINESS, ILL);
    next(ProbeRole.READINESS, WELL);
    assertThat(said())
        .containsExactly(
            new HealthEffect.SayReady(),
            new HealthEffect.SayUnhealthy("answers 500, 2 times in a row"),
            new HealthEffect.SayRecovered());
  }

  @Test
  void whoHangsAfterAnHourIsFoundDeadAndNothingMoreIsAsked() {
    asks(ProbeRole.READINESS, SECOND.multipliedBy(5), 3, 1);
    asks(ProbeRole.LIVENESS, SECOND.multipliedBy(10), 3, 1);
    begin();
    long hour = now + Duration.ofHours(1).toNanos();
    while (now < hour) {
      now = Math.max(now, healthState.due().orElseThrow());
      take(new HealthEvent.Tick());
      for (ProbeRole probeRole : new ProbeRole[] {ProbeRole.READINESS, ProbeRole.LIVENESS}) {
        if (healthState.pulse(probeRole).asking()) {
          found(probeRole, WELL);
        }
      }
    }
    assertThat(said()).containsExactly(new HealthEffect.SayReady());
    long hangs = now;
    while (healthState.due().isPresent()) {
      now = Math.max(now, healthState.due().getAsLong());
      take(new HealthEvent.Tick());
    }
    assertThat(said())
        .containsExactly(
            new HealthEffect.SayReady(),
            new HealthEffect.SayUnhealthy("no answer, 3 times in a row"),
            new HealthEffect.SayDead("no answer, 3 times in a row"));
    assertThat(Duration.ofNanos(now - hangs)).isLessThanOrEqualTo(Duration.ofSeconds(32));
    assertThat(healthState.stage()).isEqualTo(Stage.DEAD);
  }

  @Test
  void livenessIsAskedFromReadyOn() {
    asks(ProbeRole.STARTUP, SECOND, 1, 1);
    asks(ProbeRole.READINESS, SECOND, 3, 1);
    asks(ProbeRole.LIVENESS, SECOND, 1, 1);
    begin();
    next(ProbeRole.STARTUP, WELL);
    next(ProbeRole.READINESS, ILL);
    assertThat(healthState.pulse(ProbeRole.LIVENESS).due()).isEmpty();
    next(ProbeRole.READINESS, WELL);
    next(ProbeRole.LIVENESS, ILL);
    assertThat(said()).last().isEqualTo(new HealthEffect.SayDead("answers 500"));
  }

  @Test
  void livenessAloneMakesNobodyReady() {
    asks(ProbeRole.LIVENESS, SECOND, 1, 1);
    begin();
    next(ProbeRole.LIVENESS, WELL);
    assertThat(said()).isEmpty();
    assertThat(healthState.stage()).isEqualTo(Stage.RUNNING);
  }

  @Test
  void delayIsWaitedFirst() {
    var rhythm = new Check.Rhythm(SECOND, SECOND, 1, 1, Duration.ofSeconds(30));
    rules.put(ProbeRole.LIVENESS, new ProbeConfig(rhythm, true, "no answer"));
    begin();
    after(Duration.ofSeconds(29));
    assertThat(orders).isEmpty();
    after(SECOND);
    assertThat(orders).containsExactly(new HealthEffect.Ask(ProbeRole.LIVENESS, 1));
  }

  @Test
  void whoWasReadyBeforeTheDaemonIsNotSaidToBeReadyAgain() {
    asks(ProbeRole.STARTUP, SECOND, 1, 1);
    asks(ProbeRole.READINESS, SECOND, 1, 1);
    take(new HealthEvent.Began(true));
    next(ProbeRole.READINESS, WELL);
    assertThat(said()).isEmpty();
    next(ProbeRole.READINESS, ILL);
    assertThat(said()).containsExactly(new HealthEffect.SayUnhealthy("answers 500"));
    assertThat(healthState.pulse(ProbeRole.STARTUP).attempt()).isZero();
  }

  @Test
  void aSignBeforeTheProcessIsKnownCounts() {
    listens(ProbeRole.STARTUP, SECOND, 1);
    listens(ProbeRole.READINESS, SECOND, 1);
    take(new HealthEvent.Heard(ProbeRole.STARTUP));
    take(new HealthEvent.Heard(ProbeRole.READINESS));
    assertThat(said()).isEmpty();
    begin();
    assertThat(said()).containsExactly(new HealthEffect.SayReady());
    take(new HealthEvent.Heard(ProbeRole.READINESS));
    assertThat(said()).containsExactly(new HealthEffect.SayReady());
  }

  @Test
  void aSignHasToComeInEachIntervalFromReadyOn() {
    listens(ProbeRole.READINESS, SECOND, 1);
    listens(ProbeRole.LIVENESS, SECOND.multipliedBy(10), 2);
    begin();
    after(Duration.ofHours(1));
    assertThat(said()).isEmpty();
    take(new HealthEvent.Heard(ProbeRole.READINESS));
    for (int i = 0; i < 5; i++) {
      after(SECOND.multipliedBy(5));
      take(new HealthEvent.Heard(ProbeRole.LIVENESS));
      after(SECOND.multipliedBy(5));
    }
    after(SECOND.multipliedBy(10));
    assertThat(said()).containsExactly(new HealthEffect.SayReady());
    after(SECOND.multipliedBy(10));
    assertThat(said()).last().isEqualTo(new HealthEffect.SayDead("silence, 2 times in a row"));
  }

  @Test
  void whatCannotBeHeardIsTheReasonForNotBeingReady() {
    listens(ProbeRole.READINESS, SECOND, 1);
    take(new HealthEvent.Unheard(ProbeRole.READINESS, "no socket"));
    begin();
    assertThat(said()).containsExactly(new HealthEffect.SayNotYet("no socket"));
  }

  @Test
  void whoSaysThatHeCannotGoOnIsDeadAtOnce() {
    listens(ProbeRole.LIVENESS, SECOND, 3);
    begin();
    take(new HealthEvent.Failing("it says so"));
    take(new HealthEvent.Failing("it says so"));
    assertThat(said())
        .containsExactly(
            new HealthEffect.SayUnhealthy("it says so"), new HealthEffect.SayDead("it says so"));
  }

  @Test
  void whoeverLeavesIsAskedNothingMore() {
    asks(ProbeRole.READINESS, SECOND, 1, 1);
    begin();
    after(Duration.ZERO);
    take(new HealthEvent.Left());
    assertThat(orders)
        .containsExactly(
            new HealthEffect.Ask(ProbeRole.READINESS, 1),
            new HealthEffect.GiveUp(ProbeRole.READINESS, 1));
    after(Duration.ofHours(1));
    found(ProbeRole.READINESS, WELL);
    assertThat(orders).hasSize(2);
  }
}
