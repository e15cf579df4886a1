package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RunAs;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Signal;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.LogPipeReader;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Apps that write to a terminal, whose output takes the same path as all output.
@Timeout(120)
class TerminalTest {
  private HostFixture fixture;

  @BeforeEach
  void open(@TempDir Path dir) {
    fixture = new HostFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    try {
      awaitNoRelay();
    } finally {
      fixture.close();
    }
  }

  /// No process that reads a terminal outlives the app, not even as a zombie.
  private void awaitNoRelay() {
    fixture.endAll();
    Eventually.await(
        "no terminal relay is left",
        HostFixture.DEADLINE,
        () -> relays().isEmpty(),
        TerminalTest::relays);
  }

  private static List<String> relays() {
    return ProcessHandle.current()
        .children()
        .map(child -> nameOf(child.pid()))
        .filter(name -> name.startsWith("cat"))
        .toList();
  }

  private static String nameOf(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/comm"));
    } catch (IOException ended) {
      return "";
    }
  }

  private SpawnRequest shell(String script) {
    return fixture.withTerminal(fixture.request("/bin/sh", "-c", script));
  }

  @Test
  void bothStreamsAreOneTerminalWithOneOutput() {
    Spawned app =
        fixture.start(
            shell(
                "test -t 1 && test -t 2 && ! test -t 0 && stty size <&1 && echo to error >&2"
                    + " && echo end"));

    assertThat(app.watcher().awaitExit()).isEqualTo(new Exit.Code(0));
    app.awaitOutput("end\n");
    assertThat(HostFixture.read(app.out())).isEqualTo("24 80\nto error\nend\n");
    assertThat(app.error()).isEmptyFile();
  }

  @Test
  void terminalDoesNotChangeBytes() {
    Spawned app = fixture.start(shell("printf 'a\\r\\nb\\tc\\003\\004\\377\\0z\\n'"));
    app.awaitOutput("z\n");

    assertThat(HostFixture.read(app.out())).isEqualTo("a\r\nb\tc\003\004\377\0z\n");
  }

  @Test
  @Needs(Need.PYTHON_FOR_ALL)
  void lineArrivesAtOnceWithoutAFlush() {
    Spawned app =
        fixture.start(
            fixture.withTerminal(
                fixture.request(
                    "/usr/bin/python3",
                    "-c",
                    "import time; print('it is here'); time.sleep(1000)")));

    app.awaitOutput("it is here\n");
    assertThat(app.watcher().hasExited()).isFalse();
  }

  @Test
  void largeOutputArrivesCompletely() {
    Spawned app = fixture.start(fixture.withTerminal(fixture.request("floods.sh")));

    assertThat(app.watcher().awaitExit()).isEqualTo(new Exit.Code(0));
    Eventually.await(
        "20 MB are written",
        HostFixture.DEADLINE,
        () -> HostFixture.size(app.out()) == 20_000_000,
        () -> HostFixture.size(app.out()));
  }

  @Test
  void appWithATerminalInheritsOnlyTheOutputPipe() throws IOException {
    SpawnRequest request = fixture.withTerminal(fixture.request("deaf.sh"));
    Spawned plain = fixture.start(request);
    plain.awaitReady();
    Map<Integer, String> targets = targets(plain.pid());

    assertThat(targets.get(1)).startsWith("/dev/pts/").isEqualTo(targets.get(2));
    assertThat(targets)
        .containsOnlyKeys(0, 1, 2, 3)
        .containsEntry(0, "/dev/null")
        .containsEntry(3, request.out().fifo().toString());
    // Field 7 of stat is the controlling terminal: there is none.
    String stat = Files.readString(Path.of("/proc/" + plain.pid() + "/stat"));
    assertThat(stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1)[4]).isEqualTo("0");

    SpawnRequest both = fixture.withChannel(fixture.withTerminal(fixture.request("deaf.sh")));
    Spawned talking = fixture.start(both);
    talking.awaitReady();
    assertThat(targets(talking.pid()))
        .containsOnlyKeys(0, 1, 2, 3, 4, 5)
        .containsEntry(5, both.out().fifo().toString());
  }

  private static Map<Integer, String> targets(int pid) throws IOException {
    Map<Integer, String> targets = new TreeMap<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path file : files.toList()) {
        String target = Files.readSymbolicLink(file).toString();
        if (!target.endsWith("deaf.sh")) { // the shell keeps the script open
          targets.put(Integer.parseInt(String.valueOf(file.getFileName())), target);
        }
      }
    }
    return targets;
  }

  @Test
  @Needs(Need.ROOT)
  void appOfAnotherUserCanOpenItsOutput() throws IOException {
    Files.setPosixFilePermissions(fixture.dir(), PosixFilePermissions.fromString("rwxrwxrwx"));
    RunAs nobody =
        new RunAs(
            Optional.of("nobody"), Optional.empty(), OptionalInt.empty(), OptionalInt.empty());
    Spawned app =
        fixture.start(
            fixture.withRunAs(
                shell("test -t 1 && echo one && echo two > /dev/stdout && id -un"), nobody));

    assertThat(app.watcher().awaitExit()).isEqualTo(new Exit.Code(0));
    app.awaitOutput("one\ntwo\nnobody\n");
  }

  @Test
  void refusedSpawnLeavesNoRelayAndNoDescriptor() throws IOException {
    for (int i = 0; i < 20; i++) {
      fixture.refusal(fixture.withTerminal(fixture.request("not-executable.sh")));
    }
    awaitNoRelay();
    long before = descriptors();
    for (int i = 0; i < 20; i++) {
      fixture.refusal(fixture.withTerminal(fixture.request("not-executable.sh")));
    }
    awaitNoRelay();
    Eventually.await(
        "open descriptors as before",
        HostFixture.DEADLINE,
        () -> descriptors() <= before,
        TerminalTest::descriptors);
  }

  private static long descriptors() {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void unreadOutputDoesNotBlockTheEnd() throws IOException {
    LogPipeReader pipes = fixture.host().logPipeReader().orElseThrow();
    SpawnRequest request = fixture.withTerminal(fixture.request("floods-and-stays.sh"));
    BoundedSink boundedSink = new BoundedSink();
    boundedSink.room(0);
    LogPipeReader.Source source = pipes.open(request.out().fifo(), boundedSink);
    RecordedWatcher watcher = new RecordedWatcher();
    SpawnResult result = fixture.host().spawn(request, watcher);
    Eventually.await(
        "the sink has refused bytes", HostFixture.DEADLINE, () -> boundedSink.refusals() > 0);

    ((SpawnResult.Started) result).child().signalTree(Signal.SIGKILL);
    watcher.awaitTreeGone();
    source.closeAndRemove();

    awaitNoRelay();
  }

  @Test
  void outputOfSuccessiveRunsGoesToOnePipe() {
    SpawnRequest request = shell("echo again");
    for (int life = 1; life <= 5; life++) {
      Spawned app = life == 1 ? fixture.start(request) : fixture.startAgain(request);
      app.watcher().awaitExit();
      app.awaitOutput("again\n".repeat(life));
    }
    awaitNoRelay();
  }
}
