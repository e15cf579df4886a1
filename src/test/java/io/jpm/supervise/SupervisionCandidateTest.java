package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ClusterSettings;
import io.jpm.model.ReadinessPolicy;
import io.jpm.model.StartCondition;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A candidate: a process that will replace another one.
class SupervisionCandidateTest {
  private static final AppSpec FORK =
      AppSpec.builder(
              new AppName("web"),
              new AppCommand(Path.of("/bin/thing"), Optional.empty(), List.of(), List.of()),
              Path.of("/"))
          .readiness(new ReadinessPolicy(false, Duration.ofSeconds(3)))
          .dependsOn(Map.of(new AppName("db"), StartCondition.READY))
          .build();

  private static final SupervisionPolicy TRIAL =
      SupervisionPolicy.forCandidate(FORK.toBuilder().cluster(ClusterSettings.auto()).build());

  private InstanceState state = InstanceState.NEW;

  @Test
  void candidateInForkModeHasTheTimeoutOfClusterMode() {
    assertThat(SupervisionPolicy.forCandidate(FORK).readiness().timeout()).hasSeconds(30);
    assertThat(TRIAL.readiness().timeout()).hasSeconds(3);
  }

  private List<SupervisionEffect> on(SupervisionEvent supervisionEvent) {
    Step step = Supervision.step(state, supervisionEvent, TRIAL, 0);
    state = step.next();
    return step.effects();
  }

  private void launchCandidate() {
    assertThat(on(new SupervisionEvent.CandidateRequested("reload")))
        .contains(new SupervisionEffect.Spawn(1));
    on(new SupervisionEvent.Spawned(1));
  }

  @Test
  void candidateIsOnlineOnlyWhenItIsReportedReady() {
    launchCandidate();
    assertThat(state.phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(state.reason()).isEqualTo("reload");
    on(new SupervisionEvent.Ready(1));
    assertThat(state.phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void candidateThatExitsIsNotRestarted() {
    launchCandidate();
    on(new SupervisionEvent.Exited(1, new Exit.Code(1), false));
    assertThat(state.phase()).isEqualTo(Phase.STOPPED);
    assertThat(state.reason()).isEqualTo("exit 1 after 0 ms, before it was ready");
  }

  @Test
  void candidateThatIsNotReadyInTimeIsStopped() {
    launchCandidate();
    on(new SupervisionEvent.TimerFired(InstanceTimer.READY, 1));
    assertThat(state.phase()).isEqualTo(Phase.STOPPING);
    on(new SupervisionEvent.Exited(1, new Exit.Signalled(2, false), false));
    on(new SupervisionEvent.TreeGone(1));
    assertThat(state.phase()).isEqualTo(Phase.STOPPED);
    assertThat(state.reason()).isEqualTo("not ready within 3 s (listen_timeout)");
  }

  @Test
  void temporarySpawnFailureOfACandidateIsNotRetried() {
    on(new SupervisionEvent.CandidateRequested("reload"));
    on(new SupervisionEvent.SpawnFailed(1, "no memory", true));
    assertThat(state.phase()).isEqualTo(Phase.ERRORED);
    assertThat(state.reason()).isEqualTo("no memory");
  }

  @Test
  void nextDaemonDoesNotSpawnAMissingCandidate() {
    on(new SupervisionEvent.CandidateRequested("reload"));
    assertThat(on(new SupervisionEvent.ProcessGone(1, new Exit.Unknown("unseen"), false)))
        .noneMatch(SupervisionEffect.Spawn.class::isInstance);
    assertThat(state.phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void promotedCandidateCountsOneMoreRestart() {
    InstanceState former =
        InstanceState.NEW.withCounters(new RestartCounters(4, 2, 1)).ended(new Exit.Code(3));
    launchCandidate();
    on(new SupervisionEvent.Ready(1));
    InstanceState after = state.promotedFrom(former, "taken");
    assertThat(after.counters()).isEqualTo(new RestartCounters(5, 0, 0));
    assertThat(after.generation()).isEqualTo(1);
    assertThat(after.lastExit()).contains(new Exit.Code(3));
    assertThat(after.phase()).isEqualTo(Phase.ONLINE);
    assertThat(after.reason()).isEqualTo("taken");
  }
}
