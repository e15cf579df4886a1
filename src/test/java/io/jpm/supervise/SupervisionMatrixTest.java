package io.jpm.supervise;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RestartPolicy.When;
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.model.run.Signal;
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
  void anExitThatNobodyAskedFor(String exit, String always, String onFailure, String never) {
    assertThat(afterFall(When.ALWAYS, exit)).isEqualTo(always);
    assertThat(afterFall(When.ON_FAILURE, exit)).isEqualTo(onFailure);
    assertThat(afterFall(When.NEVER, exit)).isEqualTo(never);
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
  void anExitThatWeAskedForLeadsToWhatWeAskedFor(String text) {
    Exit exit = exit(text);
    for (When when : When.values()) {
      Policies policies = Life.withStopCodes(when, STOP_CODE);
      Life stopped = Life.online(policies).stop().exits(exit).treeGone();
      assertThat(stopped.phase()).isEqualTo(Phase.STOPPED);
      assertThat(stopped.state().desiredState()).isEqualTo(DesiredState.DOWN);
      Life restarted = Life.online(policies).restart().exits(exit).treeGone();
      assertThat(restarted.effects()).contains(new Effect.Spawn(2));
      assertThat(restarted.state().unstable()).isZero();
    }
  }

  private static String afterFall(When when, String exit) {
    Life life = Life.online(Life.withStopCodes(when, STOP_CODE)).exits(exit(exit));
    return switch (life.phase()) {
      case LAUNCHING -> life.effects().contains(life.spawn()) ? "again" : "no spawn";
      case STOPPED -> life.state().desiredState() == DesiredState.IDLE ? "rests" : "is held";
      case ONLINE, STOPPING, WAITING_RESTART, ERRORED -> life.phase().word();
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
