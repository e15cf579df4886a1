package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RestartPolicy.When;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/// Policy × kind of exit × whether the daemon requested it → what follows, modelled on the
/// supervisor suite of OTP.
class SupervisionMatrixTest {
  private static final int STOP_CODE = 3;

  @ParameterizedTest(name = "{0}: always {1}, on-failure {2}, never {3}")
  @CsvSource({
    "exit 0,    again, rests, rests",
    "exit 1,    again, again, rests",
    "exit 3,    rests, rests, rests",
    "exit 129,  again, rests, rests",
    "exit 130,  again, rests, rests",
    "exit 137,  again, again, rests",
    "exit 143,  again, rests, rests",
    "SIGHUP,    again, rests, rests",
    "SIGINT,    again, rests, rests",
    "SIGPIPE,   again, rests, rests",
    "SIGTERM,   again, rests, rests",
    "SIGKILL,   again, again, rests",
    "SIGSEGV,   again, again, rests",
    "unknown,   again, again, rests",
  })
  void unrequestedExitFollowsTheRestartPolicy(
      String exit, String always, String onFailure, String never) {
    assertThat(outcomeOfExit(When.ALWAYS, exit)).isEqualTo(always);
    assertThat(outcomeOfExit(When.ON_FAILURE, exit)).isEqualTo(onFailure);
    assertThat(outcomeOfExit(When.NEVER, exit)).isEqualTo(never);
  }

  @ParameterizedTest
  @CsvSource({
    "exit 0",
    "exit 1",
    "exit 3",
    "exit 143",
    "SIGTERM",
    "SIGKILL",
    "SIGSEGV",
    "unknown",
  })
  void requestedExitLeadsToTheRequestedPhase(String text) {
    Exit exit = exit(text);
    for (When when : When.values()) {
      SupervisionPolicy supervisionPolicy = InstanceDriver.withStopCodes(when, STOP_CODE);
      InstanceDriver stopped =
          InstanceDriver.online(supervisionPolicy).stop().exits(exit).treeGone();
      assertThat(stopped.phase()).isEqualTo(Phase.STOPPED);
      assertThat(stopped.state().desiredState()).isEqualTo(DesiredState.DOWN);
      InstanceDriver restarted =
          InstanceDriver.online(supervisionPolicy).restart().exits(exit).treeGone();
      assertThat(restarted.effects()).contains(new SupervisionEffect.Spawn(2));
      assertThat(restarted.state().unstable()).isZero();
    }
  }

  private static String outcomeOfExit(When when, String exit) {
    InstanceDriver instanceDriver =
        InstanceDriver.online(InstanceDriver.withStopCodes(when, STOP_CODE)).exits(exit(exit));
    return switch (instanceDriver.phase()) {
      case LAUNCHING ->
          instanceDriver.effects().contains(instanceDriver.spawn()) ? "again" : "no spawn";
      case STOPPED ->
          instanceDriver.state().desiredState() == DesiredState.IDLE ? "rests" : "is held";
      case ONLINE, STOPPING, WAITING_RESTART, ERRORED -> instanceDriver.phase().keyword();
    };
  }

  private static Exit exit(String text) {
    if (text.startsWith("exit ")) {
      return new Exit.Code(Integer.parseInt(text.substring("exit ".length())));
    }
    return Signal.parse(text)
        .<Exit>map(signal -> new Exit.Signalled(signal.number(), false))
        .orElseGet(() -> new Exit.Unknown("nobody saw it"));
  }
}
