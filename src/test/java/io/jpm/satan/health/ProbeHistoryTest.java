package io.jpm.satan.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.HealthReport.ProbeReport;
import io.jpm.bus.satan.HealthReport.Status;
import io.jpm.bus.satan.HealthReport.Verdict;
import io.jpm.model.HealthProbes;
import io.jpm.model.ProbeHandler;
import java.time.Duration;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Probe reports while [ProbeStateMachine] changes its state.
class ProbeHistoryTest {
  private static final ProbeHandler TCP = new ProbeHandler.Tcp("h", "1");
  private static final ProbeHandler LINE = new ProbeHandler.Log("up");
  private static final ProbeHandler.ProbeTiming RHYTHM =
      new ProbeHandler.ProbeTiming(
          Duration.ofSeconds(10), Duration.ofSeconds(1), 3, 1, Duration.ZERO);

  private long now = 7_000_000_000_000L;
  private HealthState healthState = HealthState.NEW;

  private static Optional<HealthProbes.Probe> probe(ProbeHandler probeHandler) {
    return Optional.of(new HealthProbes.Probe(probeHandler, RHYTHM));
  }

  /// A process with its probes.
  private final class ProbedProcess {
    private final ProbeStateMachine probeStateMachine;
    private final ProbeHistory probeHistory;

    ProbedProcess(HealthProbes healthProbes) {
      probeStateMachine = new ProbeStateMachine(ProbeConfig.of(healthProbes, (_, _) -> "silence"));
      probeHistory = new ProbeHistory(probeStateMachine.rules(), now);
    }

    ProbedProcess after(int seconds, HealthEvent healthEvent) {
      now += Duration.ofSeconds(seconds).toNanos();
      healthState = probeStateMachine.step(healthState, healthEvent, now).next();
      probeHistory.update(healthState, now);
      return this;
    }

    /// The attempt that is due begins and ends with `probeResult`.
    ProbedProcess probeAfter(int seconds, ProbeKind probeKind, ProbeResult probeResult) {
      after(seconds, new HealthEvent.Tick());
      return after(
          0,
          new HealthEvent.AttemptFinished(
              probeKind, healthState.probe(probeKind).attempt(), probeResult));
    }

    HealthReport reportAfter(int seconds) {
      return probeHistory.report(now + Duration.ofSeconds(seconds).toNanos());
    }
  }

  private static ProbeReport check(Verdict verdict, int failures, String answer, int seconds) {
    return new ProbeReport(verdict, failures, 3, answer, Duration.ofSeconds(seconds));
  }

  private static final ProbeResult PASSED = new ProbeResult.Passed();
  private static final ProbeResult FAILED = new ProbeResult.Failed("h:1 answers 503");

  @Test
  void eachProbeHasAVerdictACountAndADuration() {
    var probedProcess =
        new ProbedProcess(
            new HealthProbes(
                Optional.of(
                    new HealthProbes.StartupProbe(
                        TCP, Duration.ofSeconds(1), Duration.ofSeconds(60))),
                probe(TCP),
                probe(TCP)));
    assertThat(probedProcess.reportAfter(4).readiness())
        .contains(check(Verdict.NOT_BEGUN, 0, "", 4));
    probedProcess.after(5, new HealthEvent.ProcessStarted(false));
    assertThat(probedProcess.reportAfter(1).startup())
        .contains(new ProbeReport(Verdict.NO_ANSWER, 0, 0, "", Duration.ofSeconds(1)));
    probedProcess.probeAfter(0, ProbeKind.STARTUP, FAILED).probeAfter(2, ProbeKind.STARTUP, FAILED);
    assertThat(probedProcess.reportAfter(3).startup())
        .contains(new ProbeReport(Verdict.FAILING, 2, 0, "h:1 answers 503", Duration.ofSeconds(5)));
    assertThat(probedProcess.reportAfter(3).status()).isEqualTo(Status.NOT_READY);
    probedProcess
        .probeAfter(1, ProbeKind.STARTUP, PASSED)
        .probeAfter(0, ProbeKind.READINESS, PASSED);
    assertThat(probedProcess.reportAfter(9))
        .isEqualTo(
            new HealthReport(
                Status.WELL,
                Duration.ofSeconds(9),
                Optional.of(new ProbeReport(Verdict.PASSING, 0, 0, "", Duration.ofSeconds(9))),
                Optional.of(check(Verdict.PASSING, 0, "", 9)),
                Optional.of(check(Verdict.NO_ANSWER, 0, "", 9))));
  }

  @Test
  void failureBelowTheThresholdDoesNotChangeTheStatus() {
    var probedProcess =
        new ProbedProcess(new HealthProbes(Optional.empty(), probe(TCP), Optional.empty()));
    probedProcess
        .after(0, new HealthEvent.ProcessStarted(false))
        .probeAfter(0, ProbeKind.READINESS, PASSED);
    probedProcess
        .probeAfter(10, ProbeKind.READINESS, FAILED)
        .probeAfter(10, ProbeKind.READINESS, FAILED);
    HealthReport two = probedProcess.reportAfter(1);
    assertThat(two.readiness()).contains(check(Verdict.FAILING, 2, "h:1 answers 503", 11));
    assertThat(two.status()).isEqualTo(Status.WELL);
    assertThat(two.since()).isEqualTo(Duration.ofSeconds(21));
    probedProcess.probeAfter(10, ProbeKind.READINESS, FAILED);
    assertThat(probedProcess.reportAfter(2).status()).isEqualTo(Status.UNHEALTHY);
    assertThat(probedProcess.reportAfter(2).since()).isEqualTo(Duration.ofSeconds(2));
    probedProcess.probeAfter(10, ProbeKind.READINESS, PASSED);
    assertThat(probedProcess.reportAfter(1).readiness()).contains(check(Verdict.PASSING, 0, "", 1));
    assertThat(probedProcess.reportAfter(1).status()).isEqualTo(Status.WELL);
  }

  @Test
  void failedLivenessIsReportedAsUnhealthy() {
    var probedProcess =
        new ProbedProcess(new HealthProbes(Optional.empty(), Optional.empty(), probe(TCP)));
    probedProcess.after(0, new HealthEvent.ProcessStarted(false));
    for (int i = 0; i < 3; i++) {
      probedProcess.probeAfter(10, ProbeKind.LIVENESS, FAILED);
    }
    HealthReport dead = probedProcess.reportAfter(1);
    assertThat(dead.status()).isEqualTo(Status.UNHEALTHY);
    assertThat(dead.liveness()).contains(check(Verdict.FAILING, 3, "h:1 answers 503", 21));
  }

  @Test
  void readinessFromBeforeADaemonRestartIsPassing() {
    var probedProcess =
        new ProbedProcess(new HealthProbes(Optional.empty(), probe(LINE), probe(TCP)));
    probedProcess.after(0, new HealthEvent.ProcessStarted(true));
    HealthReport report = probedProcess.reportAfter(1);
    assertThat(report.status()).isEqualTo(Status.WELL);
    assertThat(report.readiness()).contains(check(Verdict.PASSING, 0, "", 1));
    assertThat(report.liveness()).contains(check(Verdict.NO_ANSWER, 0, "", 1));
  }

  @Test
  void unavailableSignalIsReported() {
    var probedProcess =
        new ProbedProcess(new HealthProbes(Optional.empty(), Optional.empty(), probe(LINE)));
    probedProcess.after(0, new HealthEvent.ProcessStarted(false));
    probedProcess.probeHistory.signalUnavailable(ProbeKind.LIVENESS, "no memory");
    probedProcess.after(1, new HealthEvent.SignalUnavailable(ProbeKind.LIVENESS, "no memory"));
    assertThat(probedProcess.reportAfter(2).liveness())
        .contains(check(Verdict.UNAVAILABLE, 0, "no memory", 2));
  }
}
