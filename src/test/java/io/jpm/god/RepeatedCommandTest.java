package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodCommand.Existing;
import io.jpm.bus.god.GodReply;
import io.jpm.model.RestartPolicy;
import io.jpm.model.run.Signal;
import io.vertx.core.Future;
import io.vertx.core.eventbus.Message;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/// A command that is sent again with its idempotency key is done once, even if another daemon
/// receives it.
class RepeatedCommandTest extends GodHarness {
  private static final GodCommand TWO_MORE =
      new GodCommand.Scale("web", GodCommand.Scale.Step.BY, 2);
  private static final GodCommand RESTART = new GodCommand.Act(Action.RESTART, List.of("web"));

  private GodReply keyed(GodCommand command) {
    return ask(new GodCommand.Keyed("key", command));
  }

  @Test
  void itGetsTheAnswerOfTheFirst() {
    start(spec("web"));
    GodReply first = keyed(TWO_MORE);
    assertThat(first.instances()).hasSize(3);
    assertThat(keyed(TWO_MORE)).isEqualTo(first);
    assertThat(list()).hasSize(3);
    assertThat(ask(new GodCommand.Keyed("other", TWO_MORE)).instances()).hasSize(5);
  }

  @Test
  void itWaitsForTheOneUnderWay() {
    start(spec("web"));
    Future<Message<GodReply>> first =
        vertx.eventBus().request(Addresses.GOD_COMMAND, new GodCommand.Keyed("key", RESTART));
    GodReply second = keyed(RESTART);
    assertThat(await(first).body()).isEqualTo(second);
    assertThat(only().restarts()).isEqualTo(1);
  }

  @Test
  void theNextDaemonKnowsWhatWasDone() {
    start(spec("web"));
    keyed(TWO_MORE);
    reboot();
    GodReply again = keyed(TWO_MORE);
    assertThat(again.problems()).isEmpty();
    assertThat(again.instances()).hasSize(3);
    assertThat(list()).hasSize(3);
  }

  @Test
  void whatFollowedIsNotTakenBack() {
    start(spec("web"));
    keyed(TWO_MORE);
    ask(new GodCommand.Scale("web", GodCommand.Scale.Step.TO, 1));
    reboot();
    keyed(TWO_MORE);
    assertThat(list()).hasSize(1);
  }

  @Test
  void aNewAppIsNoAppThatRunsAlready() {
    var order = new GodCommand.StartApps(List.of(spec("web")), Existing.REFUSE_RUNNING);
    keyed(order);
    assertThat(keyed(order).problems()).isEmpty();
    reboot();
    assertThat(keyed(order).problems()).isEmpty();
    assertThat(only().restarts()).isZero();
    assertThat(host.duplicates).isEmpty();
  }

  @Test
  void whatIsGoneWasDeleted() {
    start(spec("web"), spec("other"));
    GodCommand delete = new GodCommand.Act(Action.DELETE, List.of("web"));
    keyed(delete);
    start(spec("web"));
    assertThat(keyed(delete).problems()).isEmpty();
    reboot();
    assertThat(keyed(delete).problems()).isEmpty();
    assertThat(list()).hasSize(2);
  }

  @Test
  void aSignalIsSentOnce() {
    start(spec("web"));
    var order = new GodCommand.SendSignal(List.of("web"), Signal.SIGUSR2);
    host.obedient = false;
    keyed(order);
    keyed(order);
    assertThat(host.running().getFirst().signals).containsExactly(Signal.SIGUSR2);
    host.obedient = true;
  }

  @Test
  void aFailureIsRememberedToo() {
    GodReply first = keyed(RESTART);
    assertThat(first.problems()).isNotEmpty();
    start(spec("web", 1, RestartPolicy.DEFAULT));
    assertThat(keyed(RESTART)).isEqualTo(first);
    assertThat(only().restarts()).isZero();
  }

  @Test
  void aReloadIsDoneOnce() {
    start(cluster("web", 2));
    var order = new GodCommand.Reload(List.of("web"), List.of(), 1, Optional.empty());
    keyed(order);
    int spawns = host.spawns.size();
    keyed(order);
    reboot();
    keyed(order);
    assertThat(host.spawns).hasSize(spawns);
  }
}
