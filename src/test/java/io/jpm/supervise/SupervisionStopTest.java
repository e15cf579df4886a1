package io.jpm.supervise;

import static io.jpm.supervise.InstanceDriver.CLEAN;
import static io.jpm.supervise.InstanceDriver.CRASH;
import static io.jpm.supervise.InstanceDriver.PM2;
import static io.jpm.supervise.InstanceDriver.announce;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.StopPolicy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import io.jpm.supervise.SupervisionEffect.CancelTimer;
import io.jpm.supervise.SupervisionEffect.LifecycleChange;
import io.jpm.supervise.SupervisionEffect.RunStopCommand;
import io.jpm.supervise.SupervisionEffect.SendShutdown;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a run is stopped.
class SupervisionStopTest {
  private static final SupervisionPolicy COMMAND =
      InstanceDriver.with(InstanceDriver.byCommand(true));
  private static final SupervisionPolicy MESSAGE = InstanceDriver.with(InstanceDriver.byMessage());

  @Test
  void stopSignalsTheTreeAndStartsTheKillTimer() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).stop();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.state().signalled()).isTrue();
    assertThat(instanceDriver.effects())
        .containsExactly(
            announce(LifecycleChange.STOPPING),
            instanceDriver.signal(Signal.SIGINT),
            instanceDriver.timer(InstanceTimer.KILL, 1600));
  }

  @Test
  void processThatIgnoresTheSignalIsKilledRepeatedly() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2).stop().timerFires(InstanceTimer.KILL);
    assertThat(instanceDriver.effects())
        .containsExactly(
            instanceDriver.signal(Signal.SIGKILL), instanceDriver.timer(InstanceTimer.KILL, 2000));
    String reason = "stopping by command; did not exit within 1.6 s: killed (SIGKILL after SIGINT)";
    assertThat(instanceDriver.reason()).isEqualTo(reason);
    assertThat(instanceDriver.timerFires(InstanceTimer.KILL).effects())
        .contains(instanceDriver.signal(Signal.SIGKILL));
    assertThat(instanceDriver.reason()).isEqualTo(reason);
  }

  @Test
  void exitIsAnnouncedOnceAndBeforeTheNextSpawn() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).stop().exits(CRASH);
    assertThat(instanceDriver.effects()).containsExactly(announce(LifecycleChange.ENDED));
    assertThat(instanceDriver.treeGone().effects()).doesNotContain(announce(LifecycleChange.ENDED));
    InstanceDriver alone =
        InstanceDriver.online(InstanceDriver.with(InstanceDriver.byCommand(false)))
            .restart()
            .exits(CRASH);
    assertThat(alone.effects())
        .startsWith(announce(LifecycleChange.ENDED))
        .contains(new SupervisionEffect.Spawn(2));
    assertThat(alone.effects()).doesNotContain(announce(LifecycleChange.EXIT));
    InstanceDriver fell = InstanceDriver.online(PM2).exitsWithLeftovers(CRASH);
    assertThat(fell.effects()).contains(announce(LifecycleChange.EXIT));
    assertThat(fell.treeGone().effects())
        .doesNotContain(announce(LifecycleChange.EXIT), announce(LifecycleChange.ENDED));
  }

  /// PM2 reports only "stopped".
  @Test
  void killIsPartOfTheReasonAfterTheStop() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2)
            .stop()
            .timerFires(InstanceTimer.KILL)
            .exits(new Exit.Signalled(9, false));
    assertThat(instanceDriver.treeGone().phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.reason())
        .isEqualTo("stopped by command; did not exit within 1.6 s: killed (SIGKILL after SIGINT)");
    assertThat(instanceDriver.state().forcedReason()).isEmpty();
    instanceDriver.start().spawned().stop().exits(CRASH).treeGone();
    assertThat(instanceDriver.reason()).isEqualTo("stopped by command");
  }

  /// On a slow machine the report of an exit may arrive after the kill timeout.
  @Test
  void processThatEndedBeforeTheKillIsNotReportedAsKilled() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2).stop().timerFires(InstanceTimer.KILL).exits(new Exit.Code(0));
    assertThat(instanceDriver.treeGoneUnkilled().reason()).isEqualTo("stopped by command");
    instanceDriver =
        InstanceDriver.online(PM2)
            .restart()
            .timerFires(InstanceTimer.KILL)
            .exits(new Exit.Signalled(2, false));
    assertThat(instanceDriver.treeGoneUnkilled().spawned().reason())
        .isEqualTo("restart by command");
    instanceDriver =
        InstanceDriver.online(PM2)
            .advance(5)
            .exitsWithLeftovers(CRASH)
            .timerFires(InstanceTimer.KILL);
    assertThat(instanceDriver.treeGoneUnkilled().reason())
        .isEqualTo("exit 1 after 5 ms, restart 1/16");
    var mainOnly = new StopPolicy(Signal.SIGTERM, Duration.ofSeconds(1), false);
    instanceDriver =
        InstanceDriver.online(InstanceDriver.with(mainOnly))
            .stop()
            .timerFires(InstanceTimer.KILL)
            .exits(new Exit.Code(0));
    assertThat(instanceDriver.reason()).isEqualTo("stopped by command");
  }

  @Test
  void killedMainProcessIsReportedWhateverHappenedToTheTree() {
    Exit killed = new Exit.Signalled(9, false);
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2)
            .stop()
            .timerFires(InstanceTimer.KILL)
            .exits(killed)
            .treeGoneUnkilled();
    assertThat(instanceDriver.reason())
        .isEqualTo("stopped by command; did not exit within 1.6 s: killed (SIGKILL after SIGINT)");
  }

  @Test
  void killedLeftoversAreReportedWhateverTheMainProcessDid() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2)
            .stop()
            .exitsWithLeftovers(CLEAN)
            .timerFires(InstanceTimer.KILL)
            .treeGone();
    assertThat(instanceDriver.reason())
        .isEqualTo("stopped by command; did not exit within 1.6 s: killed (SIGKILL after SIGINT)");
  }

  @Test
  void restartDuringAKillReportsTheKill() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2)
            .stop()
            .timerFires(InstanceTimer.KILL)
            .restart()
            .treeGone()
            .spawned();
    assertThat(instanceDriver.reason())
        .isEqualTo("restart by command; did not exit within 1.6 s: killed (SIGKILL after SIGINT)");
  }

  @Test
  void stoppedIsAnnouncedOnlyWhenTheTreeIsGone() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).stop().exitsWithLeftovers(CRASH);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    instanceDriver.treeGone();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.effects())
        .containsExactly(new CancelTimer(InstanceTimer.KILL), announce(LifecycleChange.STOP));
  }

  @Test
  void withoutTreekillOnlyTheMainProcessIsAwaited() {
    var mainOnly = new StopPolicy(Signal.SIGTERM, Duration.ofSeconds(1), false);
    InstanceDriver instanceDriver = InstanceDriver.online(InstanceDriver.with(mainOnly)).stop();
    assertThat(instanceDriver.effects()).contains(instanceDriver.signal(Signal.SIGTERM));
    assertThat(instanceDriver.exitsWithLeftovers(CRASH).phase()).isEqualTo(Phase.STOPPED);
  }

  /// A JVM exits with 143 or 130 after the signal, which PM2 reports as a failure.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 130, 143})
  void anyExitCodeAfterAStopLeadsToStopped(int code) {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2).stop().exits(new Exit.Code(code)).treeGone();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.reason()).isEqualTo("stopped by command");
    assertThat(instanceDriver.state().lastExit()).contains(new Exit.Code(code));
    assertThat(instanceDriver.state().unstable()).isZero();
  }

  @Test
  void stopCommandRunsBeforeAnySignal() {
    InstanceDriver instanceDriver = InstanceDriver.online(COMMAND).stop();
    assertThat(instanceDriver.state().signalled()).isFalse();
    assertThat(instanceDriver.effects())
        .containsExactly(
            announce(LifecycleChange.STOPPING),
            new RunStopCommand(1),
            instanceDriver.timer(InstanceTimer.KILL, 1600));
    instanceDriver.stopCommandEnded();
    assertThat(instanceDriver.effects()).containsExactly(instanceDriver.signal(Signal.SIGINT));
    assertThat(instanceDriver.state().signalled()).isTrue();
    assertThat(instanceDriver.stopCommandEnded().effects()).isEmpty();
  }

  @Test
  void exitDuringTheStopCommandWithoutLeftoversIsTheEnd() {
    InstanceDriver instanceDriver = InstanceDriver.online(COMMAND).stop().exits(CRASH);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
    assertThat(instanceDriver.effects())
        .containsExactly(
            announce(LifecycleChange.ENDED),
            new CancelTimer(InstanceTimer.KILL),
            announce(LifecycleChange.STOP));
    assertThat(instanceDriver.stopCommandEnded().effects()).isEmpty();
  }

  @Test
  void leftoversOfAnExitDuringTheStopCommandAreSignalled() {
    InstanceDriver instanceDriver = InstanceDriver.online(COMMAND).stop().exitsWithLeftovers(CRASH);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.effects())
        .containsExactly(announce(LifecycleChange.ENDED), instanceDriver.signal(Signal.SIGINT));
    assertThat(instanceDriver.stopCommandEnded().effects()).isEmpty();
    assertThat(instanceDriver.treeGone().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void exitDuringTheStopCommandIsTheEndWithoutTreekill() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.with(InstanceDriver.byCommand(false)))
            .stop()
            .exitsWithLeftovers(CRASH);
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void killTimeoutEndsAHangingStopCommand() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(COMMAND).stop().timerFires(InstanceTimer.KILL);
    assertThat(instanceDriver.effects()).contains(instanceDriver.signal(Signal.SIGKILL));
    assertThat(instanceDriver.state().signalled()).isTrue();
    assertThat(instanceDriver.reason())
        .isEqualTo(
            "stopping by command; did not exit within 1.6 s: killed (SIGKILL after its stop command)");
    assertThat(instanceDriver.stopCommandEnded().effects()).isEmpty();
    assertThat(instanceDriver.exits(CRASH).phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.treeGone().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void repeatedCommandDoesNotRunTheStopCommandAgain() {
    InstanceDriver instanceDriver = InstanceDriver.online(COMMAND).restart().stop();
    assertThat(instanceDriver.effects()).isEmpty();
    assertThat(instanceDriver.restart().effects()).isEmpty();
  }

  @Test
  void shutdownMessageReplacesTheSignal() {
    InstanceDriver instanceDriver = InstanceDriver.online(MESSAGE).stop();
    assertThat(instanceDriver.effects())
        .containsExactly(
            announce(LifecycleChange.STOPPING),
            new SendShutdown(1),
            instanceDriver.timer(InstanceTimer.KILL, 1600));
    assertThat(instanceDriver.exits(new Exit.Code(0)).phase()).isEqualTo(Phase.STOPPED);
  }

  /// In message mode, PM2 does not stop the rest of the tree (defect 8).
  @Test
  void leftoversAfterTheShutdownMessageAreSignalled() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(MESSAGE).stop().exitsWithLeftovers(new Exit.Code(0));
    assertThat(instanceDriver.effects())
        .containsExactly(announce(LifecycleChange.ENDED), instanceDriver.signal(Signal.SIGINT));
  }

  @Test
  void stopCommandTakesPrecedenceOverTheShutdownMessage() {
    var both =
        new StopPolicy(
            Signal.SIGINT,
            Duration.ofSeconds(1),
            true,
            true,
            InstanceDriver.byCommand(true).command());
    InstanceDriver instanceDriver = InstanceDriver.online(InstanceDriver.with(both)).stop();
    assertThat(instanceDriver.effects()).contains(new RunStopCommand(1));
    assertThat(instanceDriver.effects()).doesNotContain(new SendShutdown(1));
  }

  @Test
  void leftoversOfACrashReceiveNeitherCommandNorMessage() {
    for (SupervisionPolicy supervisionPolicy : new SupervisionPolicy[] {COMMAND, MESSAGE}) {
      InstanceDriver instanceDriver =
          InstanceDriver.online(supervisionPolicy).exitsWithLeftovers(CRASH);
      assertThat(instanceDriver.effects())
          .containsExactly(
              announce(LifecycleChange.EXIT),
              instanceDriver.signal(Signal.SIGINT),
              instanceDriver.timer(InstanceTimer.KILL, 1600));
    }
  }

  @Test
  void nextStopRunsTheStopCommandAgain() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(COMMAND).restart().stopCommandEnded().treeGone().spawned();
    assertThat(instanceDriver.state().signalled()).isFalse();
    assertThat(instanceDriver.stop().effects()).contains(new RunStopCommand(2));
  }

  @Test
  void startDuringAStopStartsTheAppAfterwards() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).stop().start();
    assertThat(instanceDriver.phase()).isEqualTo(Phase.STOPPING);
    assertThat(instanceDriver.treeGone().effects()).contains(new SupervisionEffect.Spawn(2));
  }

  @Test
  void stopDuringARestartLeadsToStopped() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).restart().stop();
    assertThat(instanceDriver.treeGone().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void restartDuringTheEndOfLeftoversResetsTheCounters() {
    InstanceDriver instanceDriver = InstanceDriver.online(PM2).exitsWithLeftovers(CRASH).restart();
    assertThat(instanceDriver.treeGone().effects()).contains(new SupervisionEffect.Spawn(2));
    assertThat(instanceDriver.state().unstable()).isZero();
    assertThat(instanceDriver.reason()).isEqualTo("restart by command");
  }

  @Test
  void killIsPartOfTheReasonOfARestart() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2).restart().timerFires(InstanceTimer.KILL).treeGone().spawned();
    assertThat(instanceDriver.reason())
        .isEqualTo("restart by command; did not exit within 1.6 s: killed (SIGKILL after SIGINT)");
  }

  @Test
  void killOfLeftoversKeepsTheReasonOfTheExit() {
    InstanceDriver instanceDriver =
        InstanceDriver.online(PM2)
            .advance(5)
            .exitsWithLeftovers(CRASH)
            .timerFires(InstanceTimer.KILL);
    assertThat(instanceDriver.effects()).contains(instanceDriver.signal(Signal.SIGKILL));
    assertThat(instanceDriver.treeGone().reason())
        .isEqualTo(
            "exit 1 after 5 ms; its process tree did not exit within 1.6 s: killed (SIGKILL after SIGINT); restart 1/16");
  }

  @Test
  void stopOfAStoppedAppOnlySetsTheDesiredStateDown() {
    InstanceDriver instanceDriver = InstanceDriver.of(PM2).stop();
    assertThat(instanceDriver.state().desiredState()).isEqualTo(DesiredState.DOWN);
    assertThat(instanceDriver.effects()).isEmpty();
  }
}
