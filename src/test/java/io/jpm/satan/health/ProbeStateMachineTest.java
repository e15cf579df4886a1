package io.jpm.satan.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.ProbeHandler;
import io.jpm.satan.health.HealthState.Stage;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ProbeStateMachineTest {
  private static final Duration SECOND = Duration.ofSeconds(1);
  private static final ProbeResult PASSED = new ProbeResult.Passed();
  private static final ProbeResult FAILED = new ProbeResult.Failed("answers 500");

  private final Map<ProbeKind, ProbeConfig> rules = new EnumMap<>(ProbeKind.class);
  private final List<HealthEffect> orders = new ArrayList<>();
  private HealthState healthState = HealthState.NEW;
  private long now = 1_000;

  private void activeProbe(ProbeKind probeKind, Duration interval, int failures, int successes) {
    var probeTiming =
        new ProbeHandler.ProbeTiming(
            interval, SECOND.multipliedBy(2), failures, successes, Duration.ZERO);
    rules.put(probeKind, new ProbeConfig(probeTiming, true, "no answer"));
  }

  private void passiveProbe(ProbeKind probeKind, Duration interval, int failures) {
    var probeTiming = new ProbeHandler.ProbeTiming(interval, SECOND, failures, 1, Duration.ZERO);
    rules.put(probeKind, new ProbeConfig(probeTiming, false, "silence"));
  }

  private void take(HealthEvent healthEvent) {
    ProbeStateMachine.Step step = new ProbeStateMachine(rules).step(healthState, healthEvent, now);
    healthState = step.next();
    orders.addAll(step.orders());
  }

  private List<HealthEffect> reports() {
    return orders.stream()
        .filter(healthEffect ->
            !(healthEffect instanceof HealthEffect.StartAttempt)
                && !(healthEffect instanceof HealthEffect.CancelAttempt))
        .toList();
  }

  private void begin() {
    take(new HealthEvent.ProcessStarted(false));
  }

  private void after(Duration time) {
    now += time.toNanos();
    take(new HealthEvent.Tick());
  }

  /// Ends the latest attempt of `probeRole` with the result.
  private void endAttempt(ProbeKind probeKind, ProbeResult probeResult) {
    take(
        new HealthEvent.AttemptFinished(
            probeKind, healthState.probe(probeKind).attempt(), probeResult));
  }

  /// Begins the next attempt when it is due and ends it with the result.
  private void runAttempt(ProbeKind probeKind, ProbeResult probeResult) {
    long due = healthState.probe(probeKind).due().orElseThrow();
    now = Math.max(now, due);
    take(new HealthEvent.Tick());
    assertThat(healthState.probe(probeKind).inFlight()).isTrue();
    endAttempt(probeKind, probeResult);
  }

  @Test
  void livenessWithoutASignalSourceNeverReportsDead() {
    passiveProbe(ProbeKind.LIVENESS, SECOND, 1);
    begin();
    assertThat(healthState.due()).isPresent();
    ProbeStateMachine deaf = new ProbeStateMachine(rules).without(ProbeKind.LIVENESS);
    rules.clear();
    rules.putAll(deaf.rules());
    take(new HealthEvent.SignalUnavailable(ProbeKind.LIVENESS, "no socket"));
    assertThat(healthState.due()).isEmpty();
    after(SECOND.multipliedBy(5));
    assertThat(reports()).isEmpty();
  }

  @Test
  void processIsReadyAfterStartupAndReadinessPassed() {
    activeProbe(ProbeKind.STARTUP, SECOND, 1, 1);
    activeProbe(ProbeKind.READINESS, SECOND, 3, 1);
    begin();
    runAttempt(ProbeKind.STARTUP, FAILED);
    assertThat(reports()).containsExactly(new HealthEffect.ReportNotReady("answers 500"));
    runAttempt(ProbeKind.STARTUP, PASSED);
    assertThat(healthState.stage()).isEqualTo(Stage.GETTING_READY);
    runAttempt(ProbeKind.READINESS, PASSED);
    assertThat(reports()).last().isEqualTo(new HealthEffect.ReportReady());
    assertThat(healthState.stage()).isEqualTo(Stage.RUNNING);
    assertThat(healthState.probe(ProbeKind.STARTUP).due()).isEmpty();
  }

  @Test
  void readinessIsProbedTwiceASecondUntilItPasses() {
    activeProbe(ProbeKind.READINESS, SECOND.multipliedBy(5), 3, 1);
    begin();
    runAttempt(ProbeKind.READINESS, FAILED);
    long asked = healthState.probe(ProbeKind.READINESS).attemptedAt();
    assertThat(healthState.probe(ProbeKind.READINESS).due()).hasValue(asked + 500_000_000);
    runAttempt(ProbeKind.READINESS, PASSED);
    asked = healthState.probe(ProbeKind.READINESS).attemptedAt();
    assertThat(healthState.probe(ProbeKind.READINESS).due()).hasValue(asked + 5_000_000_000L);
  }

  @Test
  void sameReasonIsReportedOnce() {
    activeProbe(ProbeKind.READINESS, SECOND, 3, 1);
    begin();
    runAttempt(ProbeKind.READINESS, FAILED);
    runAttempt(ProbeKind.READINESS, FAILED);
    runAttempt(ProbeKind.READINESS, new ProbeResult.Failed("nothing listens"));
    assertThat(reports())
        .containsExactly(
            new HealthEffect.ReportNotReady("answers 500"),
            new HealthEffect.ReportNotReady("nothing listens"));
  }

  @Test
  void readinessNeedsTheConfiguredNumberOfConsecutiveSuccesses() {
    activeProbe(ProbeKind.READINESS, SECOND, 3, 2);
    begin();
    runAttempt(ProbeKind.READINESS, PASSED);
    runAttempt(ProbeKind.READINESS, FAILED);
    runAttempt(ProbeKind.READINESS, PASSED);
    assertThat(reports()).doesNotContain(new HealthEffect.ReportReady());
    runAttempt(ProbeKind.READINESS, PASSED);
    assertThat(reports()).last().isEqualTo(new HealthEffect.ReportReady());
  }

  @Test
  void attemptWithoutAResultFailsAfterItsTimeout() {
    activeProbe(ProbeKind.READINESS, SECOND, 3, 1);
    begin();
    after(Duration.ZERO);
    after(SECOND);
    assertThat(reports()).isEmpty();
    after(SECOND);
    assertThat(orders)
        .containsExactly(
            new HealthEffect.StartAttempt(ProbeKind.READINESS, 1),
            new HealthEffect.CancelAttempt(ProbeKind.READINESS, 1),
            new HealthEffect.ReportNotReady("no answer"));
  }

  @Test
  void lateResultIsIgnored() {
    activeProbe(ProbeKind.READINESS, SECOND, 3, 1);
    begin();
    after(Duration.ZERO);
    after(SECOND.multipliedBy(2));
    after(SECOND);
    assertThat(healthState.probe(ProbeKind.READINESS).attempt()).isEqualTo(2);
    take(new HealthEvent.AttemptFinished(ProbeKind.READINESS, 1, PASSED));
    assertThat(reports()).containsExactly(new HealthEffect.ReportNotReady("no answer"));
    assertThat(healthState.probe(ProbeKind.READINESS).inFlight()).isTrue();
  }

  @Test
  void readyProcessBecomesUnhealthyAfterFailuresAndRecovers() {
    activeProbe(ProbeKind.READINESS, SECOND, 2, 1);
    begin();
    runAttempt(ProbeKind.READINESS, PASSED);
    runAttempt(ProbeKind.READINESS, FAILED);
    runAttempt(ProbeKind.READINESS, PASSED);
    runAttempt(ProbeKind.READINESS, FAILED);
    assertThat(reports()).containsExactly(new HealthEffect.ReportReady());
    runAttempt(ProbeKind.READINESS, FAILED);
    runAttempt(ProbeKind.READINESS, FAILED);
    runAttempt(ProbeKind.READINESS, PASSED);
    assertThat(reports())
        .containsExactly(
            new HealthEffect.ReportReady(),
            new HealthEffect.ReportUnhealthy("answers 500, 2 times in a row"),
            new HealthEffect.ReportRecovered());
  }

  @Test
  void processThatHangsIsReportedDeadAndNoLongerProbed() {
    activeProbe(ProbeKind.READINESS, SECOND.multipliedBy(5), 3, 1);
    activeProbe(ProbeKind.LIVENESS, SECOND.multipliedBy(10), 3, 1);
    begin();
    long hour = now + Duration.ofHours(1).toNanos();
    while (now < hour) {
      now = Math.max(now, healthState.due().orElseThrow());
      take(new HealthEvent.Tick());
      for (ProbeKind probeKind : new ProbeKind[] {ProbeKind.READINESS, ProbeKind.LIVENESS}) {
        if (healthState.probe(probeKind).inFlight()) {
          endAttempt(probeKind, PASSED);
        }
      }
    }
    assertThat(reports()).containsExactly(new HealthEffect.ReportReady());
    long hangs = now;
    while (healthState.due().isPresent()) {
      now = Math.max(now, healthState.due().getAsLong());
      take(new HealthEvent.Tick());
    }
    assertThat(reports())
        .containsExactly(
            new HealthEffect.ReportReady(),
            new HealthEffect.ReportUnhealthy("no answer, 3 times in a row"),
            new HealthEffect.ReportDead("no answer, 3 times in a row"));
    assertThat(Duration.ofNanos(now - hangs)).isLessThanOrEqualTo(Duration.ofSeconds(32));
    assertThat(healthState.stage()).isEqualTo(Stage.DEAD);
  }

  @Test
  void livenessIsProbedOnlyWhenTheProcessIsReady() {
    activeProbe(ProbeKind.STARTUP, SECOND, 1, 1);
    activeProbe(ProbeKind.READINESS, SECOND, 3, 1);
    activeProbe(ProbeKind.LIVENESS, SECOND, 1, 1);
    begin();
    runAttempt(ProbeKind.STARTUP, PASSED);
    runAttempt(ProbeKind.READINESS, FAILED);
    assertThat(healthState.probe(ProbeKind.LIVENESS).due()).isEmpty();
    runAttempt(ProbeKind.READINESS, PASSED);
    runAttempt(ProbeKind.LIVENESS, FAILED);
    assertThat(reports()).last().isEqualTo(new HealthEffect.ReportDead("answers 500"));
  }

  @Test
  void livenessAloneReportsNoReadiness() {
    activeProbe(ProbeKind.LIVENESS, SECOND, 1, 1);
    begin();
    runAttempt(ProbeKind.LIVENESS, PASSED);
    assertThat(reports()).isEmpty();
    assertThat(healthState.stage()).isEqualTo(Stage.RUNNING);
  }

  @Test
  void initialDelayPrecedesTheFirstAttempt() {
    var probeTiming = new ProbeHandler.ProbeTiming(SECOND, SECOND, 1, 1, Duration.ofSeconds(30));
    rules.put(ProbeKind.LIVENESS, new ProbeConfig(probeTiming, true, "no answer"));
    begin();
    after(Duration.ofSeconds(29));
    assertThat(orders).isEmpty();
    after(SECOND);
    assertThat(orders).containsExactly(new HealthEffect.StartAttempt(ProbeKind.LIVENESS, 1));
  }

  @Test
  void processReadyBeforeTheDaemonStartedIsNotReportedReadyAgain() {
    activeProbe(ProbeKind.STARTUP, SECOND, 1, 1);
    activeProbe(ProbeKind.READINESS, SECOND, 1, 1);
    take(new HealthEvent.ProcessStarted(true));
    runAttempt(ProbeKind.READINESS, PASSED);
    assertThat(reports()).isEmpty();
    runAttempt(ProbeKind.READINESS, FAILED);
    assertThat(reports()).containsExactly(new HealthEffect.ReportUnhealthy("answers 500"));
    assertThat(healthState.probe(ProbeKind.STARTUP).attempt()).isZero();
  }

  @Test
  void signalBeforeTheProcessIsKnownCounts() {
    passiveProbe(ProbeKind.STARTUP, SECOND, 1);
    passiveProbe(ProbeKind.READINESS, SECOND, 1);
    take(new HealthEvent.SignalReceived(ProbeKind.STARTUP));
    take(new HealthEvent.SignalReceived(ProbeKind.READINESS));
    assertThat(reports()).isEmpty();
    begin();
    assertThat(reports()).containsExactly(new HealthEffect.ReportReady());
    take(new HealthEvent.SignalReceived(ProbeKind.READINESS));
    assertThat(reports()).containsExactly(new HealthEffect.ReportReady());
  }

  @Test
  void passiveLivenessNeedsASignalInEachInterval() {
    passiveProbe(ProbeKind.READINESS, SECOND, 1);
    passiveProbe(ProbeKind.LIVENESS, SECOND.multipliedBy(10), 2);
    begin();
    after(Duration.ofHours(1));
    assertThat(reports()).isEmpty();
    take(new HealthEvent.SignalReceived(ProbeKind.READINESS));
    for (int i = 0; i < 5; i++) {
      after(SECOND.multipliedBy(5));
      take(new HealthEvent.SignalReceived(ProbeKind.LIVENESS));
      after(SECOND.multipliedBy(5));
    }
    after(SECOND.multipliedBy(10));
    assertThat(reports()).containsExactly(new HealthEffect.ReportReady());
    after(SECOND.multipliedBy(10));
    assertThat(reports())
        .last()
        .isEqualTo(new HealthEffect.ReportDead("silence, 2 times in a row"));
  }

  @Test
  void unavailableSignalIsTheReasonOfNotReady() {
    passiveProbe(ProbeKind.READINESS, SECOND, 1);
    take(new HealthEvent.SignalUnavailable(ProbeKind.READINESS, "no socket"));
    begin();
    assertThat(reports()).containsExactly(new HealthEffect.ReportNotReady("no socket"));
  }

  @Test
  void failingSignalReportsDeadAtOnce() {
    passiveProbe(ProbeKind.LIVENESS, SECOND, 3);
    begin();
    take(new HealthEvent.Failing("it says so"));
    take(new HealthEvent.Failing("it says so"));
    assertThat(reports())
        .containsExactly(
            new HealthEffect.ReportUnhealthy("it says so"),
            new HealthEffect.ReportDead("it says so"));
  }

  @Test
  void stoppedProcessIsNoLongerProbed() {
    activeProbe(ProbeKind.READINESS, SECOND, 1, 1);
    begin();
    after(Duration.ZERO);
    take(new HealthEvent.Stopped());
    assertThat(orders)
        .containsExactly(
            new HealthEffect.StartAttempt(ProbeKind.READINESS, 1),
            new HealthEffect.CancelAttempt(ProbeKind.READINESS, 1));
    after(Duration.ofHours(1));
    endAttempt(ProbeKind.READINESS, PASSED);
    assertThat(orders).hasSize(2);
  }
}
