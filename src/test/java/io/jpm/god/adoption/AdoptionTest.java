package io.jpm.god.adoption;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodCommand.Action;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.god.InstanceEvent.Kind;
import io.jpm.god.FakeProcessHost;
import io.jpm.god.GodHarness;
import io.jpm.god.journal.ChecksummedJson;
import io.jpm.model.AppSpec;
import io.jpm.model.RestartPolicy;
import io.jpm.model.StopPolicy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.jpm.wire.EventMessage;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.function.Consumer;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/// What a daemon does with the processes and the journal of earlier daemons, each of which died at
/// some point.
class AdoptionTest extends GodHarness {
  private static final FileTime UNCHANGED = FileTime.fromMillis(0);

  /// The events that History has stored; empty if the test needs no History.
  private final List<EventMessage> storedEvents = new CopyOnWriteArrayList<>();

  private final AtomicInteger sequenceNumbers = new AtomicInteger();

  @Override
  public void beforeGod() {
    vertx
        .eventBus()
        .<HistoryCommand>consumer(
            Addresses.HISTORY_COMMAND,
            message -> message.reply(new HistoryReply(storedEvents, 0, storedEvents.size())));
  }

  private boolean running;

  @BeforeEach
  @Override
  public void startDaemon() {
    super.startDaemon();
    running = true;
  }

  @AfterEach
  @Override
  public void stopDaemon() {
    if (running) {
      running = false;
      super.stopDaemon();
    }
  }

  private Path journal() {
    return home.resolve("state.json");
  }

  private List<ProcessIdentity> runningProcesses() {
    return host.running().stream().map(process -> process.identity).sorted(this::byPid).toList();
  }

  private int byPid(ProcessIdentity one, ProcessIdentity other) {
    return Integer.compare(one.pid(), other.pid());
  }

  /// Simulates a daemon that dies after the journal was written and `adopted` processes were
  /// adopted.
  private void dieDuringAdoption(int adopted) throws Exception {
    stopDaemon();
    Files.setLastModifiedTime(journal(), UNCHANGED);
    var left = new AtomicInteger(adopted);
    var reached = new CountDownLatch(1);
    var goOn = new CountDownLatch(1);
    host.beforeAdoption =
        () -> {
          if (left.getAndDecrement() == 0) {
            reached.countDown();
            awaitQuietly(goOn);
          }
        };
    Thread boot = Thread.ofVirtual().start(this::startDaemon);
    assertThat(reached.await(TestDeadline.scaledSeconds(LONG.toSeconds()), TimeUnit.SECONDS))
        .isTrue();
    Eventually.await(
        "the journal is written during the adoption", LONG, () -> isWritten(journal()));
    byte[] written = Files.readAllBytes(journal());
    goOn.countDown();
    boot.join();
    host.beforeAdoption = () -> {};
    stopDaemon();
    // Undoes what the daemon wrote after that point.
    Files.write(journal(), written);
    events.clear();
  }

  private static boolean isWritten(Path file) {
    try {
      return !Files.getLastModifiedTime(file).equals(UNCHANGED);
    } catch (IOException replacedJustNow) {
      return false;
    }
  }

  private static void awaitQuietly(CountDownLatch latch) {
    try {
      latch.await();
    } catch (InterruptedException error) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void daemonThatDiesDuringAdoptionCausesNoSecondStart() throws Exception {
    start(spec("web", 4, RestartPolicy.DEFAULT));
    List<ProcessIdentity> before = runningProcesses();
    for (int adopted = 1; adopted < 4; adopted++) {
      dieDuringAdoption(adopted);
    }
    startDaemon();
    assertThat(runningProcesses()).isEqualTo(before);
    assertThat(host.spawns).hasSize(4);
    assertThat(list()).allMatch(view -> view.phase() == Phase.ONLINE && view.restarts() == 0);
  }

  @Test
  void stopIsFinishedAfterSeveralDaemonsDiedDuringIt() throws Exception {
    host.obeysSignals = false;
    start(spec("first"), withLongKillTimeout("deaf"));
    vertx.eventBus().send(Addresses.GOD_COMMAND, new GodCommand.Act(Action.STOP, List.of("deaf")));
    Eventually.await("app deaf is stopping", LONG, () -> phase("deaf") == Phase.STOPPING);
    dieDuringAdoption(1);
    dieDuringAdoption(1);
    startDaemon();
    assertThat(phase("deaf")).isEqualTo(Phase.STOPPING);
    assertThat(host.running()).hasSize(2);
    host.processesByTag.values().stream()
        .filter(process -> process.tag.contains(":1-"))
        .forEach(process -> assertThat(process.signals).containsOnly(Signal.SIGINT));
    Eventually.await("app deaf is stopped", LONG, () -> phase("deaf") == Phase.STOPPED);
    assertThat(host.running()).hasSize(1);
  }

  private static AppSpec withLongKillTimeout(String name) {
    return spec(name).toBuilder()
        .stop(new StopPolicy(Signal.SIGINT, Duration.ofSeconds(3), true))
        .build();
  }

  private Phase phase(String app) {
    return list().stream()
        .filter(view -> view.spec().name().value().equals(app))
        .findFirst()
        .orElseThrow()
        .phase();
  }

  @Test
  void restartMissingFromTheJournalIsCountedOnceAcrossDaemons() throws Exception {
    start(spec("web", 2, RestartPolicy.DEFAULT));
    byte[] old = Files.readAllBytes(journal());
    processOf("0").exit(new Exit.Code(1));
    Eventually.await(
        "the crashed instance is restarted", LONG, () -> host.spawns.size() == 3 && allOnline());
    stopDaemon();
    Files.write(journal(), old);
    startDaemon();
    dieDuringAdoption(1);
    startDaemon();
    assertThat(list().getFirst().restarts()).isEqualTo(1);
    assertThat(host.spawns).hasSize(3);
  }

  private boolean allOnline() {
    return list().stream().allMatch(view -> view.phase() == Phase.ONLINE);
  }

  private FakeProcessHost.FakeProcess processOf(String id) {
    return host.running().stream()
        .filter(process -> process.tag.contains(":" + id + "-"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void processMissingFromTheJournalIsFoundByItsTag() throws IOException {
    start(spec("web"));
    List<ProcessIdentity> before = runningProcesses();
    stopDaemon();
    editJournal(instance -> instance.remove("process"));
    startDaemon();
    Eventually.await("all instances are online", LONG, this::allOnline);
    assertThat(runningProcesses()).isEqualTo(before);
    assertThat(host.spawns).hasSize(1);
  }

  /// Any process can put such a tag into its environment.
  @Test
  void processWhoseTagLacksTheSecretIsNotAdopted() throws IOException {
    start(spec("web"));
    var made = host.running().getFirst();
    String guess = made.tag.replaceFirst("-[0-9a-f]{32}:[0-9]+$", ":999");
    assertThat(guess).isNotEqualTo(made.tag);
    stopDaemon();
    var forger = host.addUnlisted(guess);
    var wrong = host.addUnlisted(guess.replaceFirst(":999$", "-" + "0".repeat(32) + ":999"));
    startDaemon();
    Eventually.await("all instances are online", LONG, this::allOnline);
    assertThat(only().process()).contains(made.identity);
    assertThat(List.of(forger.signals, wrong.signals)).allSatisfy(it -> assertThat(it).isEmpty());
  }

  @Test
  void instanceOfAnOlderDaemonIsAdoptedByATagWithoutASecret() throws IOException {
    start(spec("web"));
    var made = host.running().getFirst();
    String older = made.tag.replaceFirst("-[0-9a-f]{32}:", ":");
    stopDaemon();
    host.alive.remove(made.identity);
    var running = host.addUnlisted(older);
    editJournal(instance -> {
      instance.remove("process");
      instance.remove("secret");
    });
    startDaemon();
    Eventually.await("all instances are online", LONG, this::allOnline);
    assertThat(only().process()).contains(running.identity);
    assertThat(host.spawns).hasSize(1);
  }

  @Test
  void olderProcessBesideANewerOneIsEnded() throws IOException {
    start(spec("web"));
    var first = host.running().getFirst();
    byte[] old = Files.readAllBytes(journal());
    stopDaemon();
    host.alive.remove(first.identity);
    startDaemon();
    Eventually.await(
        "a second process is spawned", LONG, () -> host.spawns.size() == 2 && allOnline());
    stopDaemon();
    host.alive.put(first.identity, first);
    Files.write(journal(), old);
    startDaemon();
    assertThat(runningProcesses()).hasSize(1).doesNotContain(first.identity);
    assertThat(only().process()).contains(runningProcesses().getFirst());
  }

  @Test
  void leftoversOfAnEndedProcessAreStoppedBeforeTheNextSpawn() throws IOException {
    start(spec("web"));
    var helper = host.running().getFirst();
    stopDaemon();
    // The end of the main process was seen; a helper with the tag is still running.
    editJournal(instance -> {
      instance.remove("process");
      instance.getJsonObject("state").put("phase", Phase.WAITING_RESTART.keyword());
    });
    startDaemon();
    Eventually.await(
        "a second process is spawned", LONG, () -> host.spawns.size() == 2 && allOnline());
    assertThat(helper.signals).contains(Signal.SIGTERM);
    assertThat(host.duplicates).isEmpty();
  }

  /// Changes the instances in the journal in a way that no daemon would.
  private void editJournal(Consumer<JsonObject> change) throws IOException {
    JsonObject json = ChecksummedJson.read(Files.readAllBytes(journal()));
    json.remove("crc32c");
    json.getJsonArray("instances").forEach(instance -> change.accept((JsonObject) instance));
    Files.writeString(journal(), json.encode());
  }

  @Test
  void eachJournaledProcessThatIsGoneHasOneExitEventWithItsPid() throws Exception {
    start(spec("web"), spec("job", 1, RestartPolicy.DEFAULT.with(RestartPolicy.When.NEVER)));
    host.obeysSignals = false;
    start(withLongKillTimeout("deaf"));
    vertx.eventBus().send(Addresses.GOD_COMMAND, new GodCommand.Act(Action.STOP, List.of("deaf")));
    Eventually.await("app deaf is stopping", LONG, () -> phase("deaf") == Phase.STOPPING);
    List<Integer> pids = runningProcesses().stream().map(ProcessIdentity::pid).toList();
    stopDaemon();
    host.alive.clear();
    events.clear();
    byte[] before = Files.readAllBytes(journal());
    startDaemon();
    Eventually.await("all exits are published", LONG, () -> pidsOfExitEvents().size() >= 3);
    assertThat(pidsOfExitEvents()).containsExactlyInAnyOrderElementsOf(pids);
    // The same journal again, as if the daemon had died before its next write.
    storeEvents();
    stopDaemon();
    host.alive.clear();
    events.clear();
    Files.write(journal(), before);
    startDaemon();
    assertThat(list()).isNotEmpty();
    assertThat(pidsOfExitEvents()).doesNotContainAnyElementsOf(pids);
  }

  @Test
  void exitOfAProcessIsPublishedWhenItsReplacementIsFound() throws Exception {
    start(spec("web"));
    byte[] old = Files.readAllBytes(journal());
    var first = host.running().getFirst();
    first.exit(new Exit.Code(1));
    awaitOnline(1);
    stopDaemon();
    events.clear();
    Files.write(journal(), old);
    startDaemon();
    Eventually.await(
        "the exit of the first process is published",
        LONG,
        () -> pidsOfExitEvents().equals(List.of(first.identity.pid())));
    assertThat(host.running()).hasSize(1);
    storeEvents();
    stopDaemon();
    events.clear();
    Files.write(journal(), old);
    startDaemon();
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    assertThat(pidsOfExitEvents()).isEmpty();
  }

  private void storeEvents() {
    events.forEach(
        event -> storedEvents.add(event.toEventMessage(sequenceNumbers.incrementAndGet())));
  }

  private List<Integer> pidsOfExitEvents() {
    List<Integer> pids = new ArrayList<>();
    for (InstanceEvent event : events) {
      if (event.kind() == Kind.EXIT) {
        pids.add(event.toEventMessage(1).pid());
      }
    }
    return pids;
  }

  @Test
  void exitEventHasThePidOfTheProcessThatEnded() {
    start(spec("web"));
    int pid = host.running().getFirst().identity.pid();
    host.running().getFirst().exit(new Exit.Code(3));
    awaitOnline(1);
    assertThat(pidsOfExitEvents()).containsExactly(pid);
    assertThat(Set.copyOf(pidsOfExitEvents())).hasSize(1);
  }
}
