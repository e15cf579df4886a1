package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.Cluster;
import io.jpm.model.Command;
import io.jpm.model.Readiness;
import io.jpm.model.StartCondition;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A candidate: a process that will replace another one.
class SupervisionTrialTest {
  private static final AppSpec FORK =
      AppSpec.of(
              new AppName("web"),
              new Command(Path.of("/bin/thing"), Optional.empty(), List.of(), List.of()),
              Path.of("/"))
          .readiness(new Readiness(false, Duration.ofSeconds(3)))
          .dependsOn(Map.of(new AppName("db"), StartCondition.READY))
          .build();

  private static final Policies TRIAL =
      Policies.onTrial(FORK.draft().cluster(Cluster.auto()).build());

  private Supervised state = Supervised.NEW;

  @Test
  void inForkModeItHasTheTimeOfClusterMode() {
    assertThat(Policies.onTrial(FORK).readiness().timeout()).hasSeconds(30);
    assertThat(TRIAL.readiness().timeout()).hasSeconds(3);
  }

  private List<Effect> on(Event event) {
    Step step = Supervision.step(state, event, TRIAL, 0);
    state = step.next();
    return step.effects();
  }

  private void launch() {
    assertThat(on(new Event.TryAsked("reload"))).contains(new Effect.Spawn(1));
    on(new Event.Spawned(1));
  }

  @Test
  void itIsOnlineOnlyWhenItIsSaidToBeReady() {
    launch();
    assertThat(state.phase()).isEqualTo(Phase.LAUNCHING);
    assertThat(state.reason()).isEqualTo("reload");
    on(new Event.Ready(1));
    assertThat(state.phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void itsEndIsItsLast() {
    launch();
    on(new Event.Exited(1, new Exit.Code(1), false));
    assertThat(state.phase()).isEqualTo(Phase.STOPPED);
    assertThat(state.reason()).isEqualTo("exit 1 after 0 ms, before it was ready");
  }

  @Test
  void itIsEndedWhenItIsNotReadyInTime() {
    launch();
    on(new Event.TimerFired(Timer.READY, 1));
    assertThat(state.phase()).isEqualTo(Phase.STOPPING);
    on(new Event.Exited(1, new Exit.Signalled(2, false), false));
    on(new Event.TreeGone(1));
    assertThat(state.phase()).isEqualTo(Phase.STOPPED);
    assertThat(state.reason()).isEqualTo("not ready within 3 s (listen_timeout)");
  }

  @Test
  void aRefusalForWantOfMeansIsNotTriedAgain() {
    on(new Event.TryAsked("reload"));
    on(new Event.SpawnFailed(1, "no memory", true));
    assertThat(state.phase()).isEqualTo(Phase.ERRORED);
    assertThat(state.reason()).isEqualTo("no memory");
  }

  @Test
  void oneThatWasNeverMadeIsNotOwedByTheNextDaemon() {
    on(new Event.TryAsked("reload"));
    assertThat(on(new Event.FoundGone(1, new Exit.Unknown("unseen"), false)))
        .noneMatch(Effect.Spawn.class::isInstance);
    assertThat(state.phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void whatTakesThePlaceCountsOneRestartMore() {
    Supervised former = Supervised.NEW.counted(new Counters(4, 2, 1)).ended(new Exit.Code(3));
    launch();
    on(new Event.Ready(1));
    Supervised after = state.inPlaceOf(former, "taken");
    assertThat(after.counters()).isEqualTo(new Counters(5, 0, 0));
    assertThat(after.generation()).isEqualTo(1);
    assertThat(after.lastExit()).contains(new Exit.Code(3));
    assertThat(after.phase()).isEqualTo(Phase.ONLINE);
    assertThat(after.reason()).isEqualTo("taken");
  }
}
