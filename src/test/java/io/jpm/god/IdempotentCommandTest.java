package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.GodReply;
import io.jpm.model.RestartPolicy;
import io.jpm.model.process.Signal;
import io.jpm.testing.Eventually;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A command that is sent again with its idempotency key is done once, even if another daemon
/// receives it.
class IdempotentCommandTest extends GodHarness {
  private static final GodCommand TWO_MORE =
      new GodCommand.Scale("web", GodCommand.Scale.Step.BY, 2);
  private static final GodCommand RESTART = new GodCommand.Act(Action.RESTART, List.of("web"));

  private GodReply askWithKey(GodCommand command) {
    return ask(new GodCommand.Idempotent("key", command));
  }

  @Test
  void repeatedCommandReturnsTheFirstReply() {
    start(spec("web"));
    GodReply first = askWithKey(TWO_MORE);
    assertThat(first.instances()).hasSize(3);
    assertThat(askWithKey(TWO_MORE)).isEqualTo(first);
    assertThat(list()).hasSize(3);
    assertThat(ask(new GodCommand.Idempotent("other", TWO_MORE)).instances()).hasSize(5);
  }

  @Test
  void repeatedCommandWaitsForTheOneInProgress() {
    start(spec("web"));
    Future<Message<GodReply>> first =
        vertx.eventBus().request(Addresses.GOD_COMMAND, new GodCommand.Idempotent("key", RESTART));
    GodReply second = askWithKey(RESTART);
    assertThat(await(first).body()).isEqualTo(second);
    assertThat(only().restarts()).isEqualTo(1);
  }

  @Test
  void nextDaemonKnowsACompletedCommand() {
    start(spec("web"));
    askWithKey(TWO_MORE);
    restartDaemon();
    GodReply again = askWithKey(TWO_MORE);
    assertThat(again.problems()).isEmpty();
    assertThat(again.instances()).hasSize(3);
    assertThat(list()).hasSize(3);
  }

  @Test
  void repeatedCommandDoesNotUndoLaterChanges() {
    start(spec("web"));
    askWithKey(TWO_MORE);
    ask(new GodCommand.Scale("web", GodCommand.Scale.Step.TO, 1));
    restartDaemon();
    askWithKey(TWO_MORE);
    assertThat(list()).hasSize(1);
  }

  @Test
  void repeatedStartDoesNotReportTheAppAsAlreadyRunning() {
    var order = new GodCommand.StartApps(List.of(spec("web")), ExistingAppPolicy.REFUSE_RUNNING);
    askWithKey(order);
    assertThat(askWithKey(order).problems()).isEmpty();
    restartDaemon();
    assertThat(askWithKey(order).problems()).isEmpty();
    assertThat(only().restarts()).isZero();
    assertThat(host.duplicates).isEmpty();
  }

  @Test
  void repeatedDeleteDoesNotDeleteANewAppOfTheSameName() {
    start(spec("web"), spec("other"));
    GodCommand delete = new GodCommand.Act(Action.DELETE, List.of("web"));
    askWithKey(delete);
    start(spec("web"));
    assertThat(askWithKey(delete).problems()).isEmpty();
    restartDaemon();
    assertThat(askWithKey(delete).problems()).isEmpty();
    assertThat(list()).hasSize(2);
  }

  @Test
  void signalIsSentOnce() {
    start(spec("web"));
    var order = new GodCommand.SendSignal(List.of("web"), Signal.SIGUSR2);
    host.obeysSignals = false;
    askWithKey(order);
    askWithKey(order);
    assertThat(host.running().getFirst().signals).containsExactly(Signal.SIGUSR2);
    host.obeysSignals = true;
  }

  @Test
  void failureIsRemembered() {
    GodReply first = askWithKey(RESTART);
    assertThat(first.problems()).isNotEmpty();
    start(spec("web", 1, RestartPolicy.DEFAULT));
    assertThat(askWithKey(RESTART)).isEqualTo(first);
    assertThat(only().restarts()).isZero();
  }

  /// The first daemon dies when it has replaced the only instance that the file keeps.
  @Test
  void nextDaemonAdjustsTheNumberOfInstancesAfterAReload() {
    start(cluster("web", 2));
    var order = new GodCommand.Reload(List.of(), List.of(cluster("web", 1)), 1, Optional.empty());
    balancer.drainsAtOnce = false;
    vertx.eventBus().request(Addresses.GOD_COMMAND, new GodCommand.Idempotent("key", order));
    Eventually.await(
        "the old process is drained",
        LONG,
        () -> !balancer.commandsOf(BalancerCommand.Drain.class).isEmpty());
    balancer.drainsAtOnce = true;
    restartDaemon();
    assertThat(askWithKey(order).problems()).isEmpty();
    assertThat(list()).hasSize(1);
    assertThat(host.spawns).hasSize(3);
  }

  @Test
  void reloadIsDoneOnce() {
    start(cluster("web", 2));
    var order = new GodCommand.Reload(List.of("web"), List.of(), 1, Optional.empty());
    askWithKey(order);
    int spawns = host.spawns.size();
    askWithKey(order);
    restartDaemon();
    askWithKey(order);
    assertThat(host.spawns).hasSize(spawns);
  }
}
