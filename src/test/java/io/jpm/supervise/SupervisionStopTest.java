package io.jpm.supervise;

import static io.jpm.supervise.Life.CLEAN;
import static io.jpm.supervise.Life.CRASH;
import static io.jpm.supervise.Life.PM2;
import static io.jpm.supervise.Life.announce;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.StopPolicy;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.model.run.Signal;
import io.jpm.supervise.Effect.CancelTimer;
import io.jpm.supervise.Effect.Change;
import io.jpm.supervise.Effect.RunStopCommand;
import io.jpm.supervise.Effect.SendShutdown;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// How a run is stopped.
class SupervisionStopTest {
  private static final Policies COMMAND = Life.with(Life.byCommand(true));
  private static final Policies MESSAGE = Life.with(Life.byMessage());

  @Test
  void stopSignalsTheTreeAndSetsALimit() {
    Life life = Life.online(PM2).stop();
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.state().signalled()).isTrue();
    assertThat(life.effects())
        .containsExactly(
            announce(Change.STOPPING), life.signal(Signal.SIGINT), life.timer(Timer.KILL, 1600));
  }

  @Test
  void whatIgnoresTheSignalIsKilledAndKilledAgain() {
    Life life = Life.online(PM2).stop().fires(Timer.KILL);
    assertThat(life.effects())
        .containsExactly(life.signal(Signal.SIGKILL), life.timer(Timer.KILL, 2000));
    String reason = "stopping by command; did not exit within 1.6 s: killed (SIGKILL after SIGINT)";
    assertThat(life.reason()).isEqualTo(reason);
    assertThat(life.fires(Timer.KILL).effects()).contains(life.signal(Signal.SIGKILL));
    assertThat(life.reason()).isEqualTo(reason);
  }

  @Test
  void theEndOfItsProcessIsToldOnceAndBeforeWhatFollows() {
    Life life = Life.online(PM2).stop().exits(CRASH);
    assertThat(life.effects()).containsExactly(announce(Change.ENDED));
    assertThat(life.treeGone().effects()).doesNotContain(announce(Change.ENDED));
    Life alone = Life.online(Life.with(Life.byCommand(false))).restart().exits(CRASH);
    assertThat(alone.effects()).startsWith(announce(Change.ENDED)).contains(new Effect.Spawn(2));
    assertThat(alone.effects()).doesNotContain(announce(Change.EXIT));
    Life fell = Life.online(PM2).exitsLeavingOthers(CRASH);
    assertThat(fell.effects()).contains(announce(Change.EXIT));
    assertThat(fell.treeGone().effects())
        .doesNotContain(announce(Change.EXIT), announce(Change.ENDED));
  }

  /// PM2 reports only "stopped".
  @Test
  void thatItHadToBeKilledIsSaidWhenItHasStopped() {
    Life life = Life.online(PM2).stop().fires(Timer.KILL).exits(new Exit.Signalled(9, false));
    assertThat(life.treeGone().phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.reason())
        .isEqualTo("stopped by command; did not exit within 1.6 s: killed (SIGKILL after SIGINT)");
    assertThat(life.state().forced()).isEmpty();
    life.start().spawned().stop().exits(CRASH).treeGone();
    assertThat(life.reason()).isEqualTo("stopped by command");
  }

  /// On a slow machine the report of an exit may arrive after the kill timeout.
  @Test
  void whatObeyedBeforeItCouldBeKilledIsNotCalledKilled() {
    Life life = Life.online(PM2).stop().fires(Timer.KILL).exits(new Exit.Code(0));
    assertThat(life.treeGoneUnkilled().reason()).isEqualTo("stopped by command");
    life = Life.online(PM2).restart().fires(Timer.KILL).exits(new Exit.Signalled(2, false));
    assertThat(life.treeGoneUnkilled().spawned().reason()).isEqualTo("restart by command");
    life = Life.online(PM2).after(5).exitsLeavingOthers(CRASH).fires(Timer.KILL);
    assertThat(life.treeGoneUnkilled().reason()).isEqualTo("exit 1 after 5 ms, restart 1/16");
    var mainOnly = new StopPolicy(Signal.SIGTERM, Duration.ofSeconds(1), false);
    life = Life.online(Life.with(mainOnly)).stop().fires(Timer.KILL).exits(new Exit.Code(0));
    assertThat(life.reason()).isEqualTo("stopped by command");
  }

  @Test
  void aMainProcessThatWasKilledIsCalledSoWhateverBecameOfOthers() {
    Exit killed = new Exit.Signalled(9, false);
    Life life = Life.online(PM2).stop().fires(Timer.KILL).exits(killed).treeGoneUnkilled();
    assertThat(life.reason())
        .isEqualTo("stopped by command; did not exit within 1.6 s: killed (SIGKILL after SIGINT)");
  }

  @Test
  void othersThatHadToBeKilledAreSaidWhateverTheMainProcessDid() {
    Life life = Life.online(PM2).stop().exitsLeavingOthers(CLEAN).fires(Timer.KILL).treeGone();
    assertThat(life.reason())
        .isEqualTo("stopped by command; did not exit within 1.6 s: killed (SIGKILL after SIGINT)");
  }

  @Test
  void aRestartOfWhatIsBeingKilledSaysSoToo() {
    Life life = Life.online(PM2).stop().fires(Timer.KILL).restart().treeGone().spawned();
    assertThat(life.reason())
        .isEqualTo("restart by command; did not exit within 1.6 s: killed (SIGKILL after SIGINT)");
  }

  @Test
  void stoppedIsSaidOnlyWhenTheTreeIsGone() {
    Life life = Life.online(PM2).stop().exitsLeavingOthers(CRASH);
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    life.treeGone();
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.effects()).containsExactly(new CancelTimer(Timer.KILL), announce(Change.STOP));
  }

  @Test
  void whereTheTreeMayLiveOnTheMainProcessIsAllThatIsWaitedFor() {
    var mainOnly = new StopPolicy(Signal.SIGTERM, Duration.ofSeconds(1), false);
    Life life = Life.online(Life.with(mainOnly)).stop();
    assertThat(life.effects()).contains(life.signal(Signal.SIGTERM));
    assertThat(life.exitsLeavingOthers(CRASH).phase()).isEqualTo(Phase.STOPPED);
  }

  /// A JVM exits with 143 or 130 after the signal, which PM2 reports as a failure.
  @ParameterizedTest
  @ValueSource(ints = {0, 1, 130, 143})
  void whateverItEndsWithAStopIsAStop(int code) {
    Life life = Life.online(PM2).stop().exits(new Exit.Code(code)).treeGone();
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.reason()).isEqualTo("stopped by command");
    assertThat(life.state().lastExit()).contains(new Exit.Code(code));
    assertThat(life.state().unstable()).isZero();
  }

  @Test
  void theStopCommandRunsBeforeAnySignal() {
    Life life = Life.online(COMMAND).stop();
    assertThat(life.state().signalled()).isFalse();
    assertThat(life.effects())
        .containsExactly(
            announce(Change.STOPPING), new RunStopCommand(1), life.timer(Timer.KILL, 1600));
    life.stopCommandEnded();
    assertThat(life.effects()).containsExactly(life.signal(Signal.SIGINT));
    assertThat(life.state().signalled()).isTrue();
    assertThat(life.stopCommandEnded().effects()).isEmpty();
  }

  @Test
  void anExitDuringTheStopCommandIsTheEndWhereNothingIsLeft() {
    Life life = Life.online(COMMAND).stop().exits(CRASH);
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
    assertThat(life.effects())
        .containsExactly(
            announce(Change.ENDED), new CancelTimer(Timer.KILL), announce(Change.STOP));
    assertThat(life.stopCommandEnded().effects()).isEmpty();
  }

  @Test
  void whatAnExitDuringTheStopCommandLeavesIsSignalledAtOnce() {
    Life life = Life.online(COMMAND).stop().exitsLeavingOthers(CRASH);
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.effects()).containsExactly(announce(Change.ENDED), life.signal(Signal.SIGINT));
    assertThat(life.stopCommandEnded().effects()).isEmpty();
    assertThat(life.treeGone().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void anExitDuringTheStopCommandIsEnoughWhereTheTreeMayLiveOn() {
    Life life = Life.online(Life.with(Life.byCommand(false))).stop().exitsLeavingOthers(CRASH);
    assertThat(life.phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void aStopCommandThatHangsIsOverWithThePatience() {
    Life life = Life.online(COMMAND).stop().fires(Timer.KILL);
    assertThat(life.effects()).contains(life.signal(Signal.SIGKILL));
    assertThat(life.state().signalled()).isTrue();
    assertThat(life.reason())
        .isEqualTo(
            "stopping by command; did not exit within 1.6 s: killed (SIGKILL after its stop command)");
    assertThat(life.stopCommandEnded().effects()).isEmpty();
    assertThat(life.exits(CRASH).phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.treeGone().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void askingAgainDoesNotRunTheStopCommandAgain() {
    Life life = Life.online(COMMAND).restart().stop();
    assertThat(life.effects()).isEmpty();
    assertThat(life.restart().effects()).isEmpty();
  }

  @Test
  void theShutdownMessageReplacesTheSignal() {
    Life life = Life.online(MESSAGE).stop();
    assertThat(life.effects())
        .containsExactly(
            announce(Change.STOPPING), new SendShutdown(1), life.timer(Timer.KILL, 1600));
    assertThat(life.exits(new Exit.Code(0)).phase()).isEqualTo(Phase.STOPPED);
  }

  /// In message mode, PM2 does not stop the rest of the tree (defect 8).
  @Test
  void whatTheShutdownMessageLeavesIsSignalled() {
    Life life = Life.online(MESSAGE).stop().exitsLeavingOthers(new Exit.Code(0));
    assertThat(life.effects()).containsExactly(announce(Change.ENDED), life.signal(Signal.SIGINT));
  }

  @Test
  void theCommandGoesBeforeTheMessage() {
    var both =
        new StopPolicy(
            Signal.SIGINT, Duration.ofSeconds(1), true, true, Life.byCommand(true).command());
    Life life = Life.online(Life.with(both)).stop();
    assertThat(life.effects()).contains(new RunStopCommand(1));
    assertThat(life.effects()).doesNotContain(new SendShutdown(1));
  }

  @Test
  void leftoversOfACrashGetNeitherCommandNorMessage() {
    for (Policies policies : new Policies[] {COMMAND, MESSAGE}) {
      Life life = Life.online(policies).exitsLeavingOthers(CRASH);
      assertThat(life.effects())
          .containsExactly(
              announce(Change.EXIT), life.signal(Signal.SIGINT), life.timer(Timer.KILL, 1600));
    }
  }

  @Test
  void theNextStopBeginsWithItsCommandAgain() {
    Life life = Life.online(COMMAND).restart().stopCommandEnded().treeGone().spawned();
    assertThat(life.state().signalled()).isFalse();
    assertThat(life.stop().effects()).contains(new RunStopCommand(2));
  }

  @Test
  void aStartDuringAStopStartsItAgainAfterwards() {
    Life life = Life.online(PM2).stop().start();
    assertThat(life.phase()).isEqualTo(Phase.STOPPING);
    assertThat(life.treeGone().effects()).contains(new Effect.Spawn(2));
  }

  @Test
  void aStopDuringARestartIsNotForgotten() {
    Life life = Life.online(PM2).restart().stop();
    assertThat(life.treeGone().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void aRestartOfWhatFellCountsAfreshAndIsNotDelayed() {
    Life life = Life.online(PM2).exitsLeavingOthers(CRASH).restart();
    assertThat(life.treeGone().effects()).contains(new Effect.Spawn(2));
    assertThat(life.state().unstable()).isZero();
    assertThat(life.reason()).isEqualTo("restart by command");
  }

  @Test
  void aKillIsRememberedInTheReasonOfTheRestart() {
    Life life = Life.online(PM2).restart().fires(Timer.KILL).treeGone().spawned();
    assertThat(life.reason())
        .isEqualTo("restart by command; did not exit within 1.6 s: killed (SIGKILL after SIGINT)");
  }

  @Test
  void aKillOfLeftoversDoesNotHideWhyTheyAreLeft() {
    Life life = Life.online(PM2).after(5).exitsLeavingOthers(CRASH).fires(Timer.KILL);
    assertThat(life.effects()).contains(life.signal(Signal.SIGKILL));
    assertThat(life.treeGone().reason())
        .isEqualTo(
            "exit 1 after 5 ms; its tree did not exit within 1.6 s: killed (SIGKILL after SIGINT); restart 1/16");
  }

  @Test
  void stoppingWhatIsStoppedChangesOnlyThatItsScheduleStaysQuiet() {
    Life life = Life.of(PM2).stop();
    assertThat(life.state().desiredState()).isEqualTo(DesiredState.DOWN);
    assertThat(life.effects()).isEmpty();
  }
}
