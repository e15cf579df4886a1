package io.jpm.satan.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.HealthReport.OfCheck;
import io.jpm.bus.satan.HealthReport.Standing;
import io.jpm.bus.satan.HealthReport.Verdict;
import io.jpm.model.Check;
import io.jpm.model.Health;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Probe reports while [ProbeStateMachine] changes its state.
class ProbeHistoryTest {
  private static final Check TCP = new Check.Tcp("h", "1");
  private static final Check LINE = new Check.Log("up");
  private static final Check.Rhythm RHYTHM =
      new Check.Rhythm(Duration.ofSeconds(10), Duration.ofSeconds(1), 3, 1, Duration.ZERO);

  private long now = 7_000_000_000_000L;
  private HealthState healthState = HealthState.NEW;

  private static Optional<Health.Probe> probe(Check check) {
    return Optional.of(new Health.Probe(check, RHYTHM));
  }

  /// A process with its probes.
  private final class Life {
    private final ProbeStateMachine probeStateMachine;
    private final ProbeHistory probeHistory;

    Life(Health health) {
      probeStateMachine = new ProbeStateMachine(ProbeConfig.of(health, (_, _) -> "silence"));
      probeHistory = new ProbeHistory(probeStateMachine.rules(), now);
    }

    Life after(int seconds, HealthEvent healthEvent) {
      now += Duration.ofSeconds(seconds).toNanos();
      healthState = probeStateMachine.step(healthState, healthEvent, now).next();
      probeHistory.take(healthState, now);
      return this;
    }

    /// The attempt that is due begins and ends with `probeResult`.
    Life finds(int seconds, ProbeRole probeRole, ProbeResult probeResult) {
      after(seconds, new HealthEvent.Tick());
      return after(
          0,
          new HealthEvent.Answered(probeRole, healthState.pulse(probeRole).attempt(), probeResult));
    }

    HealthReport reportAfter(int seconds) {
      return probeHistory.report(now + Duration.ofSeconds(seconds).toNanos());
    }
  }

  private static OfCheck check(Verdict verdict, int failures, String answer, int seconds) {
    return new OfCheck(verdict, failures, 3, answer, Duration.ofSeconds(seconds));
  }

  private static final ProbeResult PASSED = new ProbeResult.Passed();
  private static final ProbeResult FAILED = new ProbeResult.Failed("h:1 answers 503");

  @Test
  void eachCheckHasItsTurnItsCountAndItsTime() {
    var life =
        new Life(
            new Health(
                Optional.of(new Health.Startup(TCP, Duration.ofSeconds(1), Duration.ofSeconds(60))),
                probe(TCP),
                probe(TCP)));
    assertThat(life.reportAfter(4).readiness()).contains(check(Verdict.NOT_BEGUN, 0, "", 4));
    life.after(5, new HealthEvent.Began(false));
    assertThat(life.reportAfter(1).startup())
        .contains(new OfCheck(Verdict.NO_ANSWER, 0, 0, "", Duration.ofSeconds(1)));
    life.finds(0, ProbeRole.STARTUP, FAILED).finds(2, ProbeRole.STARTUP, FAILED);
    assertThat(life.reportAfter(3).startup())
        .contains(new OfCheck(Verdict.FAILING, 2, 0, "h:1 answers 503", Duration.ofSeconds(5)));
    assertThat(life.reportAfter(3).standing()).isEqualTo(Standing.NOT_READY);
    life.finds(1, ProbeRole.STARTUP, PASSED).finds(0, ProbeRole.READINESS, PASSED);
    assertThat(life.reportAfter(9))
        .isEqualTo(
            new HealthReport(
                Standing.WELL,
                Duration.ofSeconds(9),
                Optional.of(new OfCheck(Verdict.PASSING, 0, 0, "", Duration.ofSeconds(9))),
                Optional.of(check(Verdict.PASSING, 0, "", 9)),
                Optional.of(check(Verdict.NO_ANSWER, 0, "", 9))));
  }

  @Test
  void aFailureBelowTheThresholdIsShownAndTheStandingKeepsItsTime() {
    var life = new Life(new Health(Optional.empty(), probe(TCP), Optional.empty()));
    life.after(0, new HealthEvent.Began(false)).finds(0, ProbeRole.READINESS, PASSED);
    life.finds(10, ProbeRole.READINESS, FAILED).finds(10, ProbeRole.READINESS, FAILED);
    HealthReport two = life.reportAfter(1);
    assertThat(two.readiness()).contains(check(Verdict.FAILING, 2, "h:1 answers 503", 11));
    assertThat(two.standing()).isEqualTo(Standing.WELL);
    assertThat(two.since()).isEqualTo(Duration.ofSeconds(21));
    life.finds(10, ProbeRole.READINESS, FAILED);
    assertThat(life.reportAfter(2).standing()).isEqualTo(Standing.UNHEALTHY);
    assertThat(life.reportAfter(2).since()).isEqualTo(Duration.ofSeconds(2));
    life.finds(10, ProbeRole.READINESS, PASSED);
    assertThat(life.reportAfter(1).readiness()).contains(check(Verdict.PASSING, 0, "", 1));
    assertThat(life.reportAfter(1).standing()).isEqualTo(Standing.WELL);
  }

  @Test
  void whoseLivenessHasFailedIsShownSoUntilItIsGone() {
    var life = new Life(new Health(Optional.empty(), Optional.empty(), probe(TCP)));
    life.after(0, new HealthEvent.Began(false));
    for (int i = 0; i < 3; i++) {
      life.finds(10, ProbeRole.LIVENESS, FAILED);
    }
    HealthReport dead = life.reportAfter(1);
    assertThat(dead.standing()).isEqualTo(Standing.UNHEALTHY);
    assertThat(dead.liveness()).contains(check(Verdict.FAILING, 3, "h:1 answers 503", 21));
  }

  @Test
  void whatPassedForGoodBeforeTheDaemonDiedIsPassing() {
    var life = new Life(new Health(Optional.empty(), probe(LINE), probe(TCP)));
    life.after(0, new HealthEvent.Began(true));
    HealthReport report = life.reportAfter(1);
    assertThat(report.standing()).isEqualTo(Standing.WELL);
    assertThat(report.readiness()).contains(check(Verdict.PASSING, 0, "", 1));
    assertThat(report.liveness()).contains(check(Verdict.NO_ANSWER, 0, "", 1));
  }

  @Test
  void whatCannotBeHeardIsSaidToBe() {
    var life = new Life(new Health(Optional.empty(), Optional.empty(), probe(LINE)));
    life.after(0, new HealthEvent.Began(false));
    life.probeHistory.unheard(ProbeRole.LIVENESS, "no memory");
    life.after(1, new HealthEvent.Unheard(ProbeRole.LIVENESS, "no memory"));
    assertThat(life.reportAfter(2).liveness()).contains(check(Verdict.UNHEARD, 0, "no memory", 2));
  }
}
