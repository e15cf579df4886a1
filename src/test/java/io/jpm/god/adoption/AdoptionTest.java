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
import io.jpm.model.run.Exit;
import io.jpm.model.run.Phase;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.Signal;
import io.jpm.testing.Eventually;
import io.jpm.testing.Patience;
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
  private final List<EventMessage> told = new CopyOnWriteArrayList<>();

  private final AtomicInteger numbers = new AtomicInteger();

  @Override
  public void beforeGod() {
    vertx
        .eventBus()
        .<HistoryCommand>consumer(
            Addresses.HISTORY_COMMAND,
            message -> message.reply(new HistoryReply(told, 0, told.size())));
  }

  private boolean running;

  @BeforeEach
  @Override
  public void boot() {
    super.boot();
    running = true;
  }

  @AfterEach
  @Override
  public void end() {
    if (running) {
      running = false;
      super.end();
    }
  }

  private Path journal() {
    return home.resolve("state.json");
  }

  private List<ProcessIdentity> living() {
    return host.running().stream().map(process -> process.identity).sorted(this::byPid).toList();
  }

  private int byPid(ProcessIdentity one, ProcessIdentity other) {
    return Integer.compare(one.pid(), other.pid());
  }

  /// Simulates a daemon that dies after the journal was written and `adopted` processes were
  /// adopted.
  private void dieWhileAdopting(int adopted) throws Exception {
    end();
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
    Thread boot = Thread.ofVirtual().start(this::boot);
    assertThat(reached.await(Patience.seconds(LONG.toSeconds()), TimeUnit.SECONDS)).isTrue();
    Eventually.await(
        "the journal is written during the adoption", LONG, () -> isWritten(journal()));
    byte[] written = Files.readAllBytes(journal());
    goOn.countDown();
    boot.join();
    host.beforeAdoption = () -> {};
    end();
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
  void aDaemonThatDiesWhileItAdoptsHasTheNextOneStartNothingTwice() throws Exception {
    start(spec("web", 4, RestartPolicy.DEFAULT));
    List<ProcessIdentity> before = living();
    for (int adopted = 1; adopted < 4; adopted++) {
      dieWhileAdopting(adopted);
    }
    boot();
    assertThat(living()).isEqualTo(before);
    assertThat(host.spawns).hasSize(4);
    assertThat(list()).allMatch(view -> view.phase() == Phase.ONLINE && view.restarts() == 0);
  }

  @Test
  void aStopThatSeveralDaemonsDiedInIsFinished() throws Exception {
    host.obedient = false;
    start(spec("first"), patient("deaf"));
    vertx.eventBus().send(Addresses.GOD_COMMAND, new GodCommand.Act(Action.STOP, List.of("deaf")));
    Eventually.await("app deaf is stopping", LONG, () -> phase("deaf") == Phase.STOPPING);
    dieWhileAdopting(1);
    dieWhileAdopting(1);
    boot();
    assertThat(phase("deaf")).isEqualTo(Phase.STOPPING);
    assertThat(host.running()).hasSize(2);
    host.made.values().stream()
        .filter(process -> process.tag.contains(":1-"))
        .forEach(process -> assertThat(process.signals).containsOnly(Signal.SIGINT));
    Eventually.await("app deaf is stopped", LONG, () -> phase("deaf") == Phase.STOPPED);
    assertThat(host.running()).hasSize(1);
  }

  private static AppSpec patient(String name) {
    return spec(name)
        .draft()
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
  void aRestartThatWasNotWrittenDownIsCountedOnceHoweverManyDaemonsDie() throws Exception {
    start(spec("web", 2, RestartPolicy.DEFAULT));
    byte[] old = Files.readAllBytes(journal());
    processOf("0").exit(new Exit.Code(1));
    Eventually.await(
        "the crashed instance is restarted", LONG, () -> host.spawns.size() == 3 && allOnline());
    end();
    Files.write(journal(), old);
    boot();
    dieWhileAdopting(1);
    boot();
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
  void aProcessThatTheJournalForgotIsFoundByItsTag() throws IOException {
    start(spec("web"));
    List<ProcessIdentity> before = living();
    end();
    rewrite(instance -> instance.remove("process"));
    boot();
    Eventually.await("all instances are online", LONG, this::allOnline);
    assertThat(living()).isEqualTo(before);
    assertThat(host.spawns).hasSize(1);
  }

  /// Any process can put such a tag into its environment.
  @Test
  void aTagWithoutTheSecretIsNotThatOfAnInstanceThatHasOne() throws IOException {
    start(spec("web"));
    var made = host.running().getFirst();
    String guess = made.tag.replaceFirst("-[0-9a-f]{32}:[0-9]+$", ":999");
    assertThat(guess).isNotEqualTo(made.tag);
    end();
    var forger = host.stray(guess);
    var wrong = host.stray(guess.replaceFirst(":999$", "-" + "0".repeat(32) + ":999"));
    boot();
    Eventually.await("all instances are online", LONG, this::allOnline);
    assertThat(only().process()).contains(made.identity);
    assertThat(List.of(forger.signals, wrong.signals)).allSatisfy(it -> assertThat(it).isEmpty());
  }

  @Test
  void anInstanceOfAnOlderDaemonIsTakenUpByItsTagWithoutASecret() throws IOException {
    start(spec("web"));
    var made = host.running().getFirst();
    String older = made.tag.replaceFirst("-[0-9a-f]{32}:", ":");
    end();
    host.alive.remove(made.identity);
    var running = host.stray(older);
    rewrite(instance -> {
      instance.remove("process");
      instance.remove("secret");
    });
    boot();
    Eventually.await("all instances are online", LONG, this::allOnline);
    assertThat(only().process()).contains(running.identity);
    assertThat(host.spawns).hasSize(1);
  }

  @Test
  void whatRunsBesideItsSuccessorIsEnded() throws IOException {
    start(spec("web"));
    var first = host.running().getFirst();
    byte[] old = Files.readAllBytes(journal());
    end();
    host.alive.remove(first.identity);
    boot();
    Eventually.await(
        "a second process is spawned", LONG, () -> host.spawns.size() == 2 && allOnline());
    end();
    host.alive.put(first.identity, first);
    Files.write(journal(), old);
    boot();
    assertThat(living()).hasSize(1).doesNotContain(first.identity);
    assertThat(only().process()).contains(living().getFirst());
  }

  @Test
  void whatAGoneProcessHasLeftEndsBeforeAnotherOneIsMade() throws IOException {
    start(spec("web"));
    var helper = host.running().getFirst();
    end();
    // The end of the main process was seen; a helper with the tag is still running.
    rewrite(instance -> {
      instance.remove("process");
      instance.getJsonObject("state").put("phase", Phase.WAITING_RESTART.word());
    });
    boot();
    Eventually.await(
        "a second process is spawned", LONG, () -> host.spawns.size() == 2 && allOnline());
    assertThat(helper.signals).contains(Signal.SIGTERM);
    assertThat(host.duplicates).isEmpty();
  }

  /// Changes the instances in the journal in a way that no daemon would.
  private void rewrite(Consumer<JsonObject> change) throws IOException {
    JsonObject json = ChecksummedJson.read(Files.readAllBytes(journal()));
    json.remove("crc32c");
    json.getJsonArray("instances").forEach(instance -> change.accept((JsonObject) instance));
    Files.writeString(journal(), json.encode());
  }

  @Test
  void eachRecordedProcessThatIsGoneHasOneExitEventWithItsPid() throws Exception {
    start(spec("web"), spec("job", 1, RestartPolicy.DEFAULT.with(RestartPolicy.When.NEVER)));
    host.obedient = false;
    start(patient("deaf"));
    vertx.eventBus().send(Addresses.GOD_COMMAND, new GodCommand.Act(Action.STOP, List.of("deaf")));
    Eventually.await("app deaf is stopping", LONG, () -> phase("deaf") == Phase.STOPPING);
    List<Integer> pids = living().stream().map(ProcessIdentity::pid).toList();
    end();
    host.alive.clear();
    events.clear();
    byte[] before = Files.readAllBytes(journal());
    boot();
    Eventually.await("all exits are published", LONG, () -> exits().size() >= 3);
    assertThat(exits()).containsExactlyInAnyOrderElementsOf(pids);
    // The same journal again, as if the daemon had died before its next write.
    keep();
    end();
    host.alive.clear();
    events.clear();
    Files.write(journal(), before);
    boot();
    assertThat(list()).isNotEmpty();
    assertThat(exits()).doesNotContainAnyElementsOf(pids);
  }

  @Test
  void aProcessWhoseSuccessorIsFoundHasItsExitTold() throws Exception {
    start(spec("web"));
    byte[] old = Files.readAllBytes(journal());
    var first = host.running().getFirst();
    first.exit(new Exit.Code(1));
    awaitOnline(1);
    end();
    events.clear();
    Files.write(journal(), old);
    boot();
    Eventually.await(
        "the exit of the first process is published",
        LONG,
        () -> exits().equals(List.of(first.identity.pid())));
    assertThat(host.running()).hasSize(1);
    keep();
    end();
    events.clear();
    Files.write(journal(), old);
    boot();
    assertThat(only().phase()).isEqualTo(Phase.ONLINE);
    assertThat(exits()).isEmpty();
  }

  private void keep() {
    events.forEach(event -> told.add(event.outside(numbers.incrementAndGet())));
  }

  private List<Integer> exits() {
    List<Integer> pids = new ArrayList<>();
    for (InstanceEvent event : events) {
      if (event.kind() == Kind.EXIT) {
        pids.add(event.outside(1).pid());
      }
    }
    return pids;
  }

  @Test
  void pidsOfExitsAreThoseOfWhatEnded() {
    start(spec("web"));
    int pid = host.running().getFirst().identity.pid();
    host.running().getFirst().exit(new Exit.Code(3));
    awaitOnline(1);
    assertThat(exits()).containsExactly(pid);
    assertThat(Set.copyOf(exits())).hasSize(1);
  }
}
