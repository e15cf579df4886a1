package io.jpm.god;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.daemon.KeeperCommand;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.GodCommand.ExistingAppPolicy;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.model.RestartPolicy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.Signal;
import io.jpm.testing.Eventually;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;

/// Starting, stopping, crashing, and what the journal records of it.
class GodVerticleTest extends GodHarness {
  @Test
  void startSpawnsAProcessWithItsEnvironmentAndTag() {
    GodReply reply = start(spec("web"));
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.instances()).hasSize(1).first().extracting("phase").isEqualTo(Phase.ONLINE);
    var request = host.spawns.getFirst();
    assertThat(request.argv()).containsExactly("/bin/thing", "x");
    assertThat(request.environment())
        .containsEntry("A", "1")
        .containsEntry("pm_id", "0")
        .containsEntry("name", "web")
        .containsEntry("NODE_APP_INSTANCE", "0")
        .containsEntry("JPM_HOME", home.toString());
    assertThat(request.tag()).matches("\\Q" + home + "\\E:0-[0-9]+-[0-9a-f]{32}:1");
    assertThat(logs).hasSize(1);
  }

  @Test
  void crashedProcessIsRestarted() {
    start(spec("web"));
    host.running().getFirst().exit(new Exit.Signalled(9, false));
    awaitOnline(1);
    assertThat(only().lastExit()).contains(new Exit.Signalled(9, false));
    assertThat(only().reason()).contains("SIGKILL", "restart 1/16");
    assertThat(events.stream().map(InstanceEvent::kind))
        .containsSequence(InstanceEvent.Kind.EXIT, InstanceEvent.Kind.RESTART);
  }

  @Test
  void exitBeforeTheSpawnReturnsIsNotLost() {
    host.endsBeforeSpawnReturns = true;
    start(spec("web").toBuilder().restart(RestartPolicy.PM2).build());
    Eventually.await("the instance is errored", LONG, () -> only().phase() == Phase.ERRORED);
    assertThat(host.spawns).hasSize(16);
    assertThat(only().restarts()).isEqualTo(15);
  }

  @Test
  void refusedSpawnMakesTheInstanceErroredWithTheReason() {
    host.refusal = Optional.of("/bin/thing is not executable");
    GodReply reply = start(spec("web"));
    assertThat(reply.problems()).containsExactly("web (id 0): /bin/thing is not executable");
    assertThat(only().phase()).isEqualTo(Phase.ERRORED);
    host.refusal = Optional.empty();
    assertThat(act(Action.RESTART, "web").problems()).isEmpty();
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void appWhoseLogCannotBeOpenedIsNotSpawned() {
    logsProblem = Optional.of("/nowhere/x.log: no such directory");
    assertThat(start(spec("web")).problems()).first().asString().contains("/nowhere/x.log");
    assertThat(host.spawns).isEmpty();
  }

  @Test
  void processThatIgnoresTheStopSignalIsKilled() {
    host.obeysSignals = false;
    start(spec("web"));
    var process = host.running().getFirst();
    GodReply reply = act(Action.STOP, "web");
    assertThat(reply.instances()).first().extracting("phase").isEqualTo(Phase.STOPPED);
    assertThat(process.signals).containsExactly(Signal.SIGINT, Signal.SIGKILL);
    assertThat(host.running()).isEmpty();
  }

  @Test
  void nextDaemonRemovesStalePipes() throws Exception {
    start(spec("web"));
    Path folder = Files.createDirectories(home.resolve("fifo"));
    String life = host.running().getFirst().tag.replaceAll("^[^:]*:|-[0-9a-f]{32}:.*$", "");
    Path needed = Files.createFile(folder.resolve(life + ".out"));
    Path memory = Files.createFile(folder.resolve("memory"));
    Path stale = Files.createFile(folder.resolve("77-1700000000000.in"));
    restartDaemon();
    Eventually.await("the stale pipe is removed", LONG, () -> !Files.exists(stale));
    assertThat(needed).exists();
    assertThat(memory).as("a file that is not a pipe").exists();
  }

  @Test
  void deleteSucceedsWithANoteWhenAPipeCannotBeRemoved() throws Exception {
    start(spec("web"));
    String life = host.running().getFirst().tag.replaceAll("^[^:]*:|-[0-9a-f]{32}:.*$", "");
    Path pipe = home.resolve("fifo").resolve(life + ".in");
    Files.deleteIfExists(pipe);
    Files.createFile(Files.createDirectories(pipe).resolve("in-the-way"));
    GodReply reply = act(Action.DELETE, "web");
    assertThat(reply.problems()).isEmpty();
    assertThat(reply.notes())
        .singleElement()
        .asString()
        .contains("the command succeeded", pipe.toString());
    assertThat(list()).isEmpty();
  }

  @Test
  void startWithARunningAppIsRefusedAsAWhole() {
    start(spec("web"));
    GodReply reply = start(spec("new"), spec("web"));
    assertThat(reply.problems()).hasSize(1).first().asString().contains("already running");
    assertThat(list()).hasSize(1);
  }

  @Test
  void secondStartOfAFileRestartsAndAdjustsTheNumberOfInstances() {
    start(spec("web", 3, RestartPolicy.DEFAULT));
    GodReply more =
        ask(
            new GodCommand.StartApps(
                List.of(spec("web", 4, RestartPolicy.DEFAULT)), ExistingAppPolicy.RESTART));
    assertThat(more.instances()).hasSize(4);
    assertThat(list().stream().map(InstanceView::number)).containsExactly(0, 1, 2, 3);
    ask(
        new GodCommand.StartApps(
            List.of(spec("web", 2, RestartPolicy.DEFAULT)), ExistingAppPolicy.RESTART));
    assertThat(list().stream().map(InstanceView::number)).containsExactly(0, 1);
    assertThat(host.running()).hasSize(2);
  }

  @Test
  void oneOfSeveralInstancesCanBeStartedAlone() {
    start(spec("web", 3, RestartPolicy.DEFAULT));
    act(Action.STOP, "web");
    assertThat(act(Action.START, "#1").instances()).hasSize(1);
    assertThat(listed()).containsExactly("web/0 stopped", "web/1 online", "web/2 stopped");
    assertThat(host.running()).hasSize(1);
  }

  /// If the daemon ends in between, the keeper still holds the last output.
  @Test
  void keeperHoldsThePipesUntilTheLogsAreClosed() {
    List<Boolean> closed = new CopyOnWriteArrayList<>();
    vertx
        .eventBus()
        .<KeeperCommand>consumer(
            Addresses.KEEPER_COMMAND,
            message -> {
              if (message.body() instanceof KeeperCommand.Drop) {
                closed.add(logs.stream().anyMatch(LogsCommand.Close.class::isInstance));
              }
            });
    start(spec("web"));
    act(Action.DELETE, "web");
    Eventually.await("the keeper drops the pipes", LONG, () -> !closed.isEmpty());
    assertThat(closed).containsExactly(true);
  }

  @Test
  void deleteRemovesTheAppAndClosesItsLogs() {
    start(spec("web"), spec("api"));
    GodReply reply = act(Action.DELETE, "web");
    assertThat(reply.instances()).hasSize(1);
    assertThat(list()).hasSize(1);
    assertThat(logs.getLast()).isInstanceOf(LogsCommand.Close.class);
    assertThat(act(Action.STOP, "web").problems()).hasSize(1);
    assertThat(ask(new GodCommand.DeleteAll()).problems()).isEmpty();
    assertThat(list()).isEmpty();
    assertThat(host.running()).isEmpty();
  }

  @Test
  void nextDaemonAdoptsProcessesWithTheirPidsAndCounters() {
    start(spec("web", 2, RestartPolicy.DEFAULT));
    host.running().getFirst().exit(new Exit.Code(1));
    Eventually.await("both processes run again", LONG, () -> host.running().size() == 2);
    Eventually.await(
        "all instances are online",
        LONG,
        () -> list().stream().allMatch(i -> i.phase() == Phase.ONLINE));
    act(Action.START, "nobody");
    List<InstanceView> before = list();
    awaitJournal("\"restarts\":1");
    restartDaemon();
    assertThat(list().stream().map(InstanceView::process))
        .isEqualTo(before.stream().map(InstanceView::process).toList());
    assertThat(list().stream().map(InstanceView::restarts))
        .isEqualTo(before.stream().map(InstanceView::restarts).toList());
    assertThat(host.spawns).hasSize(3);
    host.running().getFirst().exit(new Exit.Code(1));
    Eventually.await(
        "an adopted process that exits is restarted", LONG, () -> host.spawns.size() == 4);
  }

  private void awaitJournal(String text) {
    Eventually.await(
        "the journal has " + text,
        LONG,
        () -> {
          try {
            return Files.readString(home.resolve("state.json")).contains(text);
          } catch (java.io.IOException betweenTwoNames) {
            return false;
          }
        });
  }

  @Test
  void processMissingFromTheJournalIsFoundByItsTag() throws Exception {
    start(spec("web"));
    String early = Files.readString(home.resolve("state.json"));
    host.running().getFirst().exit(new Exit.Code(1));
    awaitOnline(1);
    int pid = only().process().orElseThrow().pid();
    awaitJournal("\"restarts\":1");
    stopDaemon();
    Files.writeString(home.resolve("state.json"), early);
    events.clear();
    startDaemon();
    assertThat(only().process().orElseThrow().pid()).isEqualTo(pid);
    assertThat(host.spawns).hasSize(2);
  }

  @Test
  void processThatEndedWithoutADaemonIsRestarted() {
    start(
        spec("web"),
        spec(
            "once",
            1,
            new RestartPolicy(RestartPolicy.When.NEVER, 16, Duration.ZERO, Duration.ZERO)));
    stopDaemon();
    host.alive.clear();
    startDaemon();
    Eventually.await("web is online", LONG, () -> list().getFirst().phase() == Phase.ONLINE);
    assertThat(list().getFirst().restarts()).isEqualTo(1);
    assertThat(list().getLast().phase()).isEqualTo(Phase.STOPPED);
  }

  @Test
  void stoppedAppsStayStopped() {
    start(spec("web"));
    act(Action.STOP, "web");
    restartDaemon();
    assertThat(only().phase()).isEqualTo(Phase.STOPPED);
    assertThat(host.running()).isEmpty();
  }

  private String journalWith(String text) throws Exception {
    awaitJournal(text);
    return Files.readString(home.resolve("state.json"));
  }

  private void restartDaemonWith(String journal) throws Exception {
    stopDaemon();
    Files.writeString(home.resolve("state.json"), journal);
    events.clear();
    startDaemon();
  }

  @Test
  void nextDaemonCarriesOutAJournaledStart() throws Exception {
    start(spec("web"));
    act(Action.STOP, "web");
    String stopped = journalWith("\"phase\":\"stopped\"");
    restartDaemonWith(
        stopped
            .replace("\"wanted\":\"DOWN\"", "\"wanted\":\"UP\"")
            .replaceFirst("\"crc32c\":\"[^\"]*\",", ""));
    awaitOnline(0);
  }

  @Test
  void restartMissingFromTheJournalIsCounted() throws Exception {
    start(spec("web"));
    String before = journalWith("\"phase\":\"online\"");
    act(Action.RESTART, "web");
    int pid = only().process().orElseThrow().pid();
    restartDaemonWith(before);
    assertThat(only().process().orElseThrow().pid()).isEqualTo(pid);
    assertThat(only().restarts()).isEqualTo(1);
    act(Action.STOP, "web");
    String stopped = journalWith("\"phase\":\"stopped\"");
    act(Action.START, "web");
    restartDaemonWith(stopped);
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    assertThat(only().restarts()).isEqualTo(1);
  }

  private Path dump() {
    return home.resolve("dump.json");
  }

  private List<String> listed() {
    return list().stream()
        .map(i -> "%s/%d %s".formatted(i.spec().name(), i.number(), i.phase().keyword()))
        .toList();
  }

  @Test
  void resurrectRestoresTheSavedList() throws Exception {
    start(spec("web", 2, RestartPolicy.DEFAULT), spec("job"), spec("api"));
    act(Action.STOP, "job");
    int pid = list().getLast().process().orElseThrow().pid();
    GodReply saved = ask(new GodCommand.Save(false));
    assertThat(saved.problems()).isEmpty();
    assertThat(saved.instances()).hasSize(4);
    assertThat(Files.readString(dump())).contains("\"A\" : \"1\"");
    act(Action.DELETE, "web", "job");

    GodReply back = ask(new GodCommand.Resurrect());

    assertThat(back.problems()).isEmpty();
    assertThat(back.notes()).containsExactly("api is already in the list and was left unchanged");
    assertThat(back.instances().stream().map(i -> i.id().value())).containsExactly(4, 5, 6);
    assertThat(listed())
        .containsExactly("api/0 online", "web/0 online", "web/1 online", "job/0 stopped");
    assertThat(list().getFirst().process().orElseThrow().pid()).isEqualTo(pid);
    assertThat(list().stream().map(InstanceView::restarts)).containsOnly(0);
    assertThat(host.running()).hasSize(3);
    restartDaemon();
    assertThat(listed())
        .containsExactly("api/0 online", "web/0 online", "web/1 online", "job/0 stopped");
  }

  @Test
  void resurrectStartsASavedErroredApp() {
    host.refusal = Optional.of("/bin/thing is not executable");
    start(spec("web"));
    ask(new GodCommand.Save(false));
    act(Action.DELETE, "web");
    assertThat(ask(new GodCommand.Resurrect()).problems())
        .containsExactly("web (id 0): /bin/thing is not executable");
    act(Action.DELETE, "web");
    host.refusal = Optional.empty();
    ask(new GodCommand.Resurrect());
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void emptyListReplacesTheSavedOneOnlyWithForce() throws Exception {
    start(spec("web"));
    ask(new GodCommand.Save(false));
    String good = Files.readString(dump());
    act(Action.DELETE, "web");
    GodReply skipped = ask(new GodCommand.Save(false));
    assertThat(skipped.problems()).isEmpty();
    assertThat(skipped.notes()).first().asString().contains("nothing was saved", "--force");
    assertThat(dump()).hasContent(good);
    assertThat(ask(new GodCommand.Save(true)).notes()).isEmpty();
    assertThat(home.resolve("dump.json.bak")).hasContent(good);
    GodReply empty = ask(new GodCommand.Resurrect());
    assertThat(empty).isEqualTo(new GodReply(List.of(), List.of()));
  }

  @Test
  void damagedDumpFallsBackToTheBackupWithANote() throws Exception {
    start(spec("web"));
    ask(new GodCommand.Save(false));
    ask(new GodCommand.Save(false));
    act(Action.DELETE, "web");
    Files.writeString(dump(), "");
    GodReply back = ask(new GodCommand.Resurrect());
    assertThat(back.problems()).isEmpty();
    assertThat(back.notes())
        .hasSize(2)
        .anySatisfy(note -> assertThat(note).contains("dump.json is damaged", ".damaged"))
        .anySatisfy(note -> assertThat(note).contains("dump.json.bak is used"));
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
  }

  @Test
  void resurrectReportsAMissingOrNewerDump() throws Exception {
    assertThat(ask(new GodCommand.Resurrect()).problems())
        .containsExactly("there is no saved list in " + dump() + ": create one with jpm save");
    Files.writeString(dump(), "{\"v\":99}");
    assertThat(ask(new GodCommand.Resurrect()).problems())
        .hasSize(1)
        .first()
        .asString()
        .contains("newer jpm");
  }

  @Test
  void failedSaveIsReportedAndKeepsTheOldDump() throws Exception {
    start(spec("web"));
    ask(new GodCommand.ClearDump());
    // Not even root can create a file of this name.
    Files.createDirectories(home.resolve("dump.json.new").resolve("x"));
    GodReply failed = ask(new GodCommand.Save(false));
    assertThat(failed.problems()).first().asString().contains("cannot be written");
    assertThat(Files.readString(dump())).contains("\"apps\" : [ ]");
  }
}
