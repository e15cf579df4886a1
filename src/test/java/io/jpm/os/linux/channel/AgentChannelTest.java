package io.jpm.os.linux.channel;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.Exit;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Messages between the daemon and an app, also across restarts of the daemon.
@Timeout(120)
class AgentChannelTest {
  private HostFixture fixture;

  @BeforeEach
  void open(@TempDir Path dir) {
    fixture = new HostFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  private Spawned start(String script) {
    return fixture.start(fixture.withChannel(fixture.request(script)));
  }

  @Test
  void nodeAppSendsAndReceivesMessages() {
    Spawned app = start("talks.cjs");
    app.watcher().awaitMessage("\"ready\"");

    assertThat(app.child().hasIpcChannel()).isTrue();
    assertThat(app.child().send("{\"say\":{\"a\":[1,null,\"gr\u00FC\u00DFe \uD83D\uDE00\"]}}"))
        .isTrue();
    app.watcher().awaitMessage("{\"a\":[1,null,\"gr\u00FC\u00DFe \uD83D\uDE00\"]}");
    assertThat(app.child().send("{\n  \"say\": \"pretty\"\n}")).isTrue();
    app.watcher().awaitMessage("\"pretty\"");
  }

  @Test
  void messageOf300KilobytesArrivesComplete() {
    Spawned app = start("talks.cjs");

    app.child().send("{\"sayLong\":150000}"); // two bytes each
    app.watcher().awaitMessage('"' + "\u00E4".repeat(150_000) + '"');

    app.child().send("{\"say\":\"" + "z".repeat(300_000) + "\"}");
    app.watcher().awaitMessage('"' + "z".repeat(300_000) + '"');
  }

  @Test
  void lastMessageArrivesBeforeTheExit() {
    Spawned app = start("talks.cjs");
    app.child().send("{\"exit\":5}");

    assertThat(app.watcher().awaitExit()).isEqualTo(new Exit.Code(5));
    assertThat(app.watcher().messages()).containsExactly("\"ready\"", "\"bye\"");
    assertThat(app.watcher().told()).containsExactly("message", "message", "exited");
    assertThat(app.child().hasIpcChannel()).isFalse();
    assertThat(app.child().send("1")).isFalse();
  }

  @Test
  void allMessagesOfAnAppThatExitsAtOnceArrive() {
    Spawned app = start("many-messages.sh");
    app.watcher().awaitExit();

    assertThat(app.watcher().messages())
        .isEqualTo(IntStream.rangeClosed(1, 2000).mapToObj(Integer::toString).toList());
    assertThat(app.watcher().told()).last().isEqualTo("exited");
  }

  @Test
  void appIsNotReadFurtherUntilItsMessagesAreAcknowledged() {
    Spawned app = start("talks-without-end.sh");
    app.watcher().ignoreMessages();
    int heard = app.watcher().messages().size();
    AtomicInteger before = new AtomicInteger();
    Eventually.await(
        "no more messages are read",
        Duration.ofSeconds(20),
        () -> {
          int now = app.watcher().messages().size();
          return now > 0 && now == before.getAndSet(now);
        });
    int told = app.watcher().messages().size();
    assertThat(told - heard).isLessThan(10_000);

    app.watcher().acknowledgeMessages();
    Eventually.await(
        "more messages are read",
        Duration.ofSeconds(20),
        () -> app.watcher().messages().size() > told + 1000);
    app.watcher().ignoreMessages();
  }

  @Test
  void invalidMessagesAreSkipped() {
    Spawned app = start("raw-messages.sh");

    assertThat(app.watcher().awaitExit()).isEqualTo(new Exit.Code(7));
    assertThat(app.watcher().messages())
        .containsExactly("\"a\uFFFDb\"", "\"partial\"", "\"after\"");
  }

  @Test
  void unreadMessagesAreQueued() {
    Spawned app = start("talks.cjs");
    app.watcher().awaitMessage("\"ready\"");
    app.child().signalMain(Signal.SIGSTOP);
    String filler = "\"" + "y".repeat(8000) + "\"";

    for (int i = 0; i < 100; i++) {
      assertThat(app.child().send(filler)).as("message %d", i).isTrue();
    }
    assertThat(app.child().send("{\"count\":true}")).isTrue();
    app.child().signalMain(Signal.SIGCONT);

    app.watcher().awaitMessage("{\"count\":101}");
  }

  @Test
  void queueForAnAppThatNeverReadsIsBounded() {
    Spawned app = start("obedient.sh");
    app.awaitReady();
    String message = "\"" + "y".repeat(65_000) + "\"";
    int taken = 0;
    while (taken < 1000 && app.child().send(message)) {
      taken++;
    }

    // 1 MiB in the queue of the daemon, plus what the socket buffers.
    assertThat(taken).isBetween(16, 40);
    assertThat(app.child().send("\"" + "y".repeat(Channel.MOST_BYTES) + "\"")).isFalse();
    app.child().signalTree(Signal.SIGTERM);
    app.watcher().awaitTreeGone();
    assertThat(app.watcher().told()).containsExactly("exited", "treeGone");
  }

  @Test
  void appInheritsBothEndsOfTheChannelAndNothingElse() throws IOException {
    Spawned app = start("obedient.sh");
    app.awaitReady();

    Map<String, String> targets = targets(app.pid());
    assertThat(targets).containsOnlyKeys("0", "1", "2", "3", "4");
    assertThat(targets.get("3")).startsWith("socket:[");
    assertThat(targets.get("4")).startsWith("socket:[").isNotEqualTo(targets.get("3"));
  }

  private static Map<String, String> targets(int pid) throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return files
          .filter(file -> Integer.parseInt(file.getFileName().toString()) < 10)
          .collect(
              Collectors.toMap(
                  file -> file.getFileName().toString(),
                  file -> {
                    try {
                      return Files.readSymbolicLink(file).toString();
                    } catch (IOException e) {
                      return "gone";
                    }
                  }));
    }
  }

  @ParameterizedTest
  @ValueSource(strings = {"forks-and-dies.sh", "daemonizes-and-exits.sh"})
  void helperThatHoldsTheChannelDoesNotHideTheExit(String script) {
    Spawned app = start(script);

    app.watcher().awaitExit();
    assertThat(app.child().hasIpcChannel()).isFalse();
    app.awaitReady();
    app.end();
  }

  @Test
  void channelClosedByTheAppIsDetected() {
    Spawned app = start("closes-channel.sh");
    app.awaitReady();

    // The daemon's copy keeps descriptor 4 open, so the end of descriptor 3 is detected.
    Eventually.await(
        "the closed channel is detected", HostFixture.DEADLINE, () -> !app.child().hasIpcChannel());
    assertThat(app.child().send("1")).isFalse();
    assertThat(app.watcher().told()).isEmpty();
  }

  @Test
  void descriptorsOfChannelsDoNotLeak() throws IOException {
    runOnce();
    long before = openDescriptors();
    for (int i = 0; i < 50; i++) {
      runOnce();
      fixture.refusal(fixture.withChannel(fixture.request("not-executable.sh")));
    }

    assertThat(openDescriptors()).isLessThanOrEqualTo(before);
  }

  private void runOnce() {
    Spawned app = start("exits-at-once.sh");
    app.watcher().awaitExit();
    app.child().release();
    fixture.closeCaptures();
  }

  private static long openDescriptors() throws IOException {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    }
  }

  @Test
  void nextDaemonTakesOverTheChannel() {
    Spawned app = start("talks.cjs");
    app.watcher().awaitMessage("\"ready\"");
    app.child().release();
    // Otherwise, the first host could read a message that is meant for the second one.
    Eventually.await(
        "the first host has closed its end",
        HostFixture.DEADLINE,
        () -> !app.child().hasIpcChannel());
    app.child().signalMain(Signal.SIGUSR2); // the child is released, so this is not sent
    RecordedWatcher watcher = new RecordedWatcher();
    try (LinuxProcessHost second = new LinuxProcessHost()) {
      Child adopted =
          second.adopt(app.child().identity(), fixture.tag(1, 1), watcher).orElseThrow();
      assertThat(adopted.hasIpcChannel()).isTrue();
      adopted.send("{\"say\":\"again\"}");
      watcher.awaitMessage("\"again\"");
      adopted.send("{\"exit\":0}");
      watcher.awaitExit();

      assertThat(watcher.messages()).containsExactly("\"again\"", "\"bye\"");
    }
    assertThat(app.watcher().messages()).containsExactly("\"ready\"");
    assertThat(HostFixture.read(app.out())).doesNotContain("uncaught");
  }

  @Test
  void socketOfTheAppIsNotMistakenForTheChannel() {
    Spawned app = start("own-sockets.py");
    app.awaitOutput("ready 3 4");
    RecordedWatcher watcher = new RecordedWatcher();
    try (LinuxProcessHost second = new LinuxProcessHost()) {
      Child adopted =
          second.adopt(app.child().identity(), fixture.tag(1, 1), watcher).orElseThrow();
      assertThat(adopted.hasIpcChannel()).isFalse();
      adopted.signalTree(Signal.SIGKILL);
      watcher.awaitTreeGone();
    }
    assertThat(watcher.messages()).isEmpty();
  }

  @Test
  void appWithoutAChannelIsAdoptedWithoutOne() {
    Spawned app = fixture.start("obedient.sh");
    app.awaitReady();
    try (LinuxProcessHost second = new LinuxProcessHost()) {
      Child adopted =
          second
              .adopt(app.child().identity(), fixture.tag(1, 1), new RecordedWatcher())
              .orElseThrow();

      assertThat(List.of(adopted.hasIpcChannel(), adopted.send("1"))).containsOnly(false);
    }
  }
}
