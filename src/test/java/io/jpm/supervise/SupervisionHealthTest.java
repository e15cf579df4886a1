package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.HealthProbes;
import io.jpm.model.ProbeHandler;
import io.jpm.model.RestartPolicy;
import io.jpm.model.process.Phase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class SupervisionHealthTest {
  private static final ProbeHandler.ProbeTiming RHYTHM =
      new ProbeHandler.ProbeTiming(
          Duration.ofSeconds(10), Duration.ofSeconds(2), 3, 1, Duration.ZERO);
  private static final HealthProbes.Probe PROBE =
      new HealthProbes.Probe(new ProbeHandler.Tcp("h", "1"), RHYTHM);
  private static final long SECOND = Duration.ofSeconds(1).toNanos();

  private static SupervisionPolicy policies(HealthProbes healthProbes) {
    var appCommand = new AppCommand(Path.of("/bin/x"), Optional.empty(), List.of(), List.of());
    return SupervisionPolicy.of(
        AppSpec.builder(new AppName("a"), appCommand, Path.of("/"))
            .restart(RestartPolicy.PM2)
            .health(healthProbes)
            .build());
  }

  private static final SupervisionPolicy ALIVE =
      policies(new HealthProbes(Optional.empty(), Optional.empty(), Optional.of(PROBE)));

  private static InstanceState started(SupervisionPolicy supervisionPolicy, long at) {
    InstanceState state =
        on(InstanceState.NEW, new SupervisionEvent.StartRequested(), supervisionPolicy, at).next();
    return on(state, new SupervisionEvent.Spawned(state.generation()), supervisionPolicy, at)
        .next();
  }

  private static Step on(
      InstanceState state,
      SupervisionEvent supervisionEvent,
      SupervisionPolicy supervisionPolicy,
      long now) {
    return Supervision.step(state, supervisionEvent, supervisionPolicy, now);
  }

  private static SupervisionEvent livenessFailed() {
    return new SupervisionEvent.RestartDue(
        SupervisionEvent.RestartCause.HEALTH, "liveness: no answer");
  }

  /// The stopping tree is gone and the restart delay, if any, is over.
  private static InstanceState afterTreeGone(
      InstanceState state, SupervisionPolicy supervisionPolicy, long now) {
    InstanceState next =
        on(state, new SupervisionEvent.TreeGone(state.generation()), supervisionPolicy, now).next();
    if (next.phase() != Phase.LAUNCHING) {
      return next;
    }
    return on(next, new SupervisionEvent.Spawned(next.generation()), supervisionPolicy, now).next();
  }

  @Test
  void failedLivenessProbeRestartsTheProcess() {
    InstanceState online = started(ALIVE, 0);
    Step step = on(online, livenessFailed(), ALIVE, 1000 * SECOND);
    assertThat(step.next().phase()).isEqualTo(Phase.STOPPING);
    InstanceState next = afterTreeGone(step.next(), ALIVE, 1001 * SECOND);
    assertThat(next.phase()).isEqualTo(Phase.ONLINE);
    assertThat(next.restarts()).isEqualTo(1);
    assertThat(next.unstable()).isZero();
    assertThat(next.reason()).startsWith("liveness: no answer");
  }

  @Test
  void repeatedLivenessFailuresMakeTheAppErrored() {
    InstanceState state = started(ALIVE, 0);
    int runs = 0;
    long now = 0;
    while (state.phase() == Phase.ONLINE && runs < 100) {
      runs++;
      now += 35 * SECOND;
      state = afterTreeGone(on(state, livenessFailed(), ALIVE, now).next(), ALIVE, now);
    }
    assertThat(state.phase()).isEqualTo(Phase.ERRORED);
    assertThat(runs).isEqualTo(16);
    assertThat(state.reason())
        .isEqualTo(
            "liveness: no answer; gave up after 16 runs in a row with an early liveness failure (max_restarts 16)");
  }

  @Test
  void runThatWasHealthyLongEnoughIsNotCounted() {
    assertThat(ALIVE.wasHealthy(Duration.ofSeconds(71))).isFalse();
    assertThat(ALIVE.wasHealthy(Duration.ofSeconds(72))).isTrue();
    InstanceState state = started(ALIVE, 0);
    long now = 0;
    for (int i = 0; i < 100; i++) {
      now += 72 * SECOND;
      state = afterTreeGone(on(state, livenessFailed(), ALIVE, now).next(), ALIVE, now);
    }
    assertThat(state.phase()).isEqualTo(Phase.ONLINE);
    assertThat(state.restarts()).isEqualTo(100);
  }

  @Test
  void livenessFailureDuringAStopIsIgnored() {
    InstanceState online = started(ALIVE, 0);
    InstanceState stopping = on(online, new SupervisionEvent.StopRequested(), ALIVE, 1).next();
    assertThat(on(stopping, livenessFailed(), ALIVE, 2).next()).isEqualTo(stopping);
  }

  @Test
  void readinessTimeoutIsThatOfTheStartupProbe() {
    var startupProbe =
        new HealthProbes.StartupProbe(
            new ProbeHandler.Tcp("h", "1"), Duration.ofMillis(500), Duration.ofSeconds(60));
    SupervisionPolicy gated =
        policies(new HealthProbes(Optional.of(startupProbe), Optional.of(PROBE), Optional.empty()));
    InstanceState state =
        on(InstanceState.NEW, new SupervisionEvent.StartRequested(), gated, 0).next();
    Step spawned = on(state, new SupervisionEvent.Spawned(1), gated, 0);
    assertThat(spawned.next().phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(spawned.effects())
        .contains(new SupervisionEffect.StartTimer(InstanceTimer.READY, 1, Duration.ofSeconds(60)));
    Step late =
        on(spawned.next(), new SupervisionEvent.NotReady(1, "h:1 answers 503"), gated, 60 * SECOND);
    assertThat(late.next().phase()).isEqualTo(Phase.STOPPING);
    assertThat(late.next().reason()).isEqualTo("not ready within 1 min: h:1 answers 503");
    assertThat(late.next().unstable()).isEqualTo(1);
  }

  @Test
  void timeoutExtensionNeverShortensTheTimeout() {
    SupervisionPolicy gated =
        policies(new HealthProbes(Optional.empty(), Optional.of(PROBE), Optional.empty()));
    InstanceState state =
        on(InstanceState.NEW, new SupervisionEvent.StartRequested(), gated, 0).next();
    InstanceState waiting = on(state, new SupervisionEvent.Spawned(1), gated, 0).next();
    SupervisionEvent more =
        new SupervisionEvent.TimeoutExtensionRequested(1, Duration.ofSeconds(2));
    assertThat(on(waiting, more, gated, 0).effects()).isEmpty();
    assertThat(on(waiting, more, gated, 2 * SECOND).effects())
        .containsExactly(
            new SupervisionEffect.StartTimer(InstanceTimer.READY, 1, Duration.ofSeconds(2)));
  }
}
