package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ClusterSettings;
import io.jpm.model.InstanceSettings;
import io.jpm.model.RestartPolicy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/// God while the journal cannot be written: nothing new is started; running apps continue and can
/// be stopped.
class FullDiskTest extends GodHarness {
  private static final String JOURNAL_PROBLEM = "state.json cannot be written";

  /// Makes each write fail: a directory that is not empty takes the place of the next generation.
  private void failJournalWrites() throws IOException {
    Files.createFile(Files.createDirectories(nextGeneration()).resolve("in-the-way"));
  }

  @AfterEach
  void repairJournal() throws IOException {
    Files.deleteIfExists(nextGeneration().resolve("in-the-way"));
    Files.deleteIfExists(nextGeneration());
  }

  private Path nextGeneration() {
    return home.resolve("state.json.new");
  }

  private List<String> names() {
    return list().stream().map(view -> view.spec().name().value()).toList();
  }

  private void assertRefused(GodReply reply) {
    assertThat(reply.problems())
        .singleElement()
        .asString()
        .contains(JOURNAL_PROBLEM)
        .contains("free disk space");
    assertThat(reply.instances()).isEmpty();
  }

  @Test
  void newAppIsRefusedBeforeItsProcessIsSpawned() throws IOException {
    start(spec("old"));
    int before = host.spawns.size();
    failJournalWrites();
    assertRefused(start(spec("new"), spec("newer", 3, RestartPolicy.DEFAULT)));
    assertThat(host.spawns).hasSize(before);
    assertThat(names()).containsExactly("old");
    repairJournal();
    GodReply reply = start(spec("new"));
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.instances().getFirst().id().value()).as("the first free id").isEqualTo(1);
    assertThat(only("new").phase()).isEqualTo(Phase.ONLINE);
  }

  private InstanceView only(String name) {
    return list().stream()
        .filter(view -> view.spec().name().equals(new AppName(name)))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void existingAppStaysUnchangedWhenAStartOfItsFileIsRefused() throws IOException {
    AppSpec one = spec("one");
    start(one);
    InstanceView before = only();
    failJournalWrites();
    assertRefused(
        ask(
            new GodCommand.StartApps(
                List.of(spec("one", 2, RestartPolicy.DEFAULT)),
                ExistingAppPolicy.RESTART,
                Optional.of(Path.of("/apps.json")))));
    InstanceView after = only();
    assertThat(after.spec()).isEqualTo(one);
    assertThat(after.process()).isEqualTo(before.process());
    assertThat(after.restarts()).isZero();
    assertThat(ask(new GodCommand.ListFiles()).files()).isEmpty();
  }

  @Test
  void scaleUpIsRefusedAndScaleDownIsDone() throws IOException {
    start(spec("web", 2, RestartPolicy.DEFAULT));
    int before = host.spawns.size();
    failJournalWrites();
    assertRefused(ask(new GodCommand.Scale("web", GodCommand.Scale.Step.BY, 2)));
    assertThat(list()).hasSize(2);
    assertThat(list()).allMatch(view -> view.spec().instances().count() == 2);
    assertThat(host.spawns).hasSize(before);
    assertThat(events).noneMatch(event -> event.kind() == InstanceEvent.Kind.SCALE);
    ask(new GodCommand.Scale("web", GodCommand.Scale.Step.TO, 1));
    assertThat(list()).hasSize(1);
  }

  @Test
  void applyOfAProcessFileIsRefused() throws IOException {
    start(spec("web"));
    failJournalWrites();
    var file = List.of(spec("web", 3, RestartPolicy.DEFAULT), spec("other"));
    GodReply reply = ask(new GodCommand.Apply(file, Optional.empty(), false, true, false));
    assertThat(reply.problems()).anyMatch(problem -> problem.contains(JOURNAL_PROBLEM));
    assertThat(names()).containsExactly("web");
    assertThat(only().spec().instances().count()).isEqualTo(1);
  }

  /// With a second instance, the log of the first one gets its id in the name.
  @Test
  void refusedScaleDoesNotMoveTheLogOfARunningInstance() throws IOException {
    start(spec("web"));
    InstanceView before = only();
    logs.clear();
    failJournalWrites();
    assertRefused(ask(new GodCommand.Scale("web", GodCommand.Scale.Step.TO, 2)));
    assertThat(only().outFile()).isEqualTo(before.outFile());
    assertThat(logs).as("commands to change the log file").isEmpty();
    repairJournal();
    ask(new GodCommand.Scale("web", GodCommand.Scale.Step.TO, 2));
    assertThat(logs)
        .filteredOn(LogsCommand.Open.class::isInstance)
        .extracting(order -> ((LogsCommand.Open) order).files().out())
        .contains(list().getFirst().outFile());
  }

  @Test
  void refusedApplyIsReportedOnceAndMovesNoLog() throws IOException {
    start(spec("web"));
    logs.clear();
    failJournalWrites();
    var file = List.of(spec("web", 2, RestartPolicy.DEFAULT));
    GodReply reply = ask(new GodCommand.Apply(file, Optional.empty(), false, true, false));
    assertThat(reply.problems()).singleElement().asString().contains(JOURNAL_PROBLEM);
    assertThat(logs).isEmpty();
  }

  @Test
  void resurrectIsRefused() throws IOException {
    start(spec("web"));
    ask(new GodCommand.Save(false));
    act(Action.DELETE, "web");
    int before = host.spawns.size();
    failJournalWrites();
    assertRefused(ask(new GodCommand.Resurrect()));
    assertThat(list()).isEmpty();
    assertThat(host.spawns).hasSize(before);
  }

  @Test
  void refusedReloadKeepsTheOldProcess() throws IOException {
    start(cluster("web", 1));
    InstanceView before = only();
    failJournalWrites();
    GodReply reply = ask(new GodCommand.Reload(List.of("web"), List.of(), 1, Optional.empty()));
    assertThat(reply.problems()).anyMatch(problem -> problem.contains(JOURNAL_PROBLEM));
    assertThat(only().process()).isEqualTo(before.process());
  }

  private String journal() {
    try {
      return Files.readString(home.resolve("state.json"));
    } catch (IOException notNow) {
      return "";
    }
  }

  private static AppSpec nodeCluster(int instances) {
    var node =
        new AppCommand(
            Path.of("/srv/app.js"), Optional.of(Path.of("/bin/node")), List.of(), List.of());
    return AppSpec.builder(new AppName("web"), node, Path.of("/"))
        .instances(InstanceSettings.of(instances))
        .cluster(ClusterSettings.auto())
        .build();
  }

  /// The file has one instance, number 0, but only the numbers 1 and 2 exist: one is created, two
  /// are removed.
  @Test
  void refusedGracefulReloadLeavesSurplusInstancesUnchanged() throws IOException {
    start(nodeCluster(3));
    act(Action.DELETE, "0");
    assertThat(list()).hasSize(2);
    host.running()
        .forEach(process ->
            process.sendMessage("{\"type\":\"jpm:reads-messages\",\"data\":{\"now\":true}}"));
    Eventually.await(
        "the journal contains both reports",
        LONG,
        () -> journal().split("\"reads_messages\":true", -1).length == 3);
    failJournalWrites();
    balancer.commands.clear();
    GodReply reply =
        ask(
            new GodCommand.Reload(
                List.of(), List.of(nodeCluster(1)), 1, Optional.empty(), false, true));
    assertThat(reply.problems()).anyMatch(problem -> problem.contains(JOURNAL_PROBLEM));
    assertThat(list()).hasSize(2);
    assertThat(balancer.commandsOf(BalancerCommand.Drain.class)).isEmpty();
    var running = host.running();
    act(Action.STOP, "web");
    assertThat(running)
        .hasSize(2)
        .allSatisfy(process -> assertThat(process.receivedMessages).isEmpty())
        .allSatisfy(process -> assertThat(process.signals).isNotEmpty());
  }

  @Test
  void existingAppsRestartAfterACrashAndCanBeStopped() throws IOException {
    start(spec("a"), spec("b"), spec("c"));
    failJournalWrites();
    host.alive.values().stream()
        .filter(it -> it.identity.equals(only("a").process().orElseThrow()))
        .findFirst()
        .orElseThrow()
        .exit(new Exit.Code(1));
    Eventually.await("app a is restarted", LONG, () -> only("a").restarts() == 1);
    act(Action.STOP, "b");
    assertThat(only("b").phase()).isEqualTo(Phase.STOPPED);
    act(Action.DELETE, "c");
    assertThat(names()).containsExactly("a", "b");
    act(Action.RESTART, "a");
    assertThat(only("a").restarts()).isEqualTo(2);
    assertThat(ask(new GodCommand.DeleteAll()).problems()).isEmpty();
    restartDaemon();
    assertThat(list()).as("instances after the restart of the daemon").isEmpty();
  }
}
