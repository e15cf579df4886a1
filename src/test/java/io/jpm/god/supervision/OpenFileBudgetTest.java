package io.jpm.god.supervision;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodReply;
import io.jpm.god.GodHarness;
import io.jpm.model.AppSpec;
import io.jpm.model.RestartPolicy;
import io.jpm.model.process.Phase;
import io.jpm.os.DescriptorBudget;
import io.jpm.testing.Eventually;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// Commands that are refused because the daemon has too few descriptors for them (issue 18).
class OpenFileBudgetTest extends GodHarness {
  private static final String REFUSAL = "cannot run, and nothing was started";

  private int limit = 256;

  @Override
  public void beforeGod() {
    host.openFiles = Optional.of(new DescriptorBudget(limit));
  }

  private void restartDaemonWithLimit(int most) {
    limit = most;
    restartDaemon();
  }

  private static AppSpec app(String name, int instances) {
    return spec(name, instances, RestartPolicy.DEFAULT);
  }

  private static void assertRefused(GodReply reply) {
    assertThat(reply.problems()).singleElement().asString().contains(REFUSAL);
  }

  @Test
  void startThatExceedsTheBudgetIsRefusedAsAWhole() {
    assertRefused(start(app("a", 20), app("b", 9)));
    assertThat(list()).isEmpty();
    assertThat(host.spawns).isEmpty();
    assertThat(start(app("a", 20), app("b", 8)).problems()).isEmpty();
    assertRefused(start(app("c", 1)));
    assertThat(list()).hasSize(28).allMatch(it -> it.phase() == Phase.ONLINE);
  }

  @Test
  void stoppedInstancesFreeTheirDescriptorsAndNeedThemToStart() {
    start(app("a", 28));
    act(Action.STOP, "a");
    assertThat(start(app("b", 1)).problems()).isEmpty();
    assertRefused(act(Action.START, "a"));
    assertRefused(act(Action.RESTART, "a"));
    assertThat(host.alive).hasSize(1);
    act(Action.DELETE, "b");
    assertThat(act(Action.START, "a").problems()).isEmpty();
    assertThat(act(Action.RESTART, "a").problems()).isEmpty();
  }

  @Test
  void scaleUpBeyondTheBudgetIsRefusedAndScaleDownIsNot() {
    start(app("a", 27));
    assertRefused(ask(new GodCommand.Scale("a", GodCommand.Scale.Step.BY, 2)));
    assertThat(ask(new GodCommand.Scale("a", GodCommand.Scale.Step.BY, 1)).problems()).isEmpty();
    assertThat(ask(new GodCommand.Scale("a", GodCommand.Scale.Step.TO, 1)).problems()).isEmpty();
  }

  @Test
  void resurrectBeyondTheBudgetIsRefusedAsAWhole() {
    start(app("a", 20));
    ask(new GodCommand.Save(false));
    act(Action.DELETE, "a");
    start(app("b", 9));
    assertRefused(ask(new GodCommand.Resurrect()));
    assertThat(list()).hasSize(9);
  }

  @Test
  void nextDaemonAdoptsAllRunningProcesses() {
    start(app("a", 28));
    restartDaemon();
    assertThat(list()).hasSize(28).allMatch(it -> it.phase() == Phase.ONLINE);
    assertThat(host.spawns).hasSize(28);
    assertRefused(start(app("b", 1)));
  }

  @Test
  void instancesBeyondALoweredLimitAreErroredWithTheReason() {
    restartDaemonWithLimit(1024);
    start(app("a", 40));
    host.alive.clear();
    restartDaemonWithLimit(256);
    Eventually.await(
        "all instances are online or errored",
        LONG,
        () ->
            list().stream()
                .allMatch(it -> it.phase() == Phase.ONLINE || it.phase() == Phase.ERRORED));
    assertThat(list().stream().filter(it -> it.phase() == Phase.ERRORED))
        .hasSize(6)
        .allMatch(it -> it.reason().contains("1 more instance cannot run"));
  }
}
