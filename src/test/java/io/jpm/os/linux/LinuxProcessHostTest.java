package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.model.text.SurrogateEscape;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.ProcessHost;
import io.jpm.os.ProcessHostContract;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.SpawnRequest;
import io.jpm.os.SpawnResult;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.testing.Eventually;
import io.jpm.testing.Leftovers;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class LinuxProcessHostTest extends ProcessHostContract {
  @Override
  protected ProcessHost newHost() {
    return new LinuxProcessHost();
  }

  @Test
  void linuxHostIsSupported() {
    assertThat(LinuxProcessHost.unsupportedReason()).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(names = {"SIGKILL", "SIGTERM", "SIGINT", "SIGHUP", "SIGUSR1", "SIGPIPE", "SIGALRM"})
  void endBySignalIsReportedAsTheSignal(Signal signal) {
    Spawned child = fixture.start("dies-of.sh", signal.name().substring(3));

    assertThat(child.watcher().awaitExit()).isEqualTo(new Exit.Signalled(signal.number(), false));
  }

  @ParameterizedTest
  @EnumSource(names = {"SIGQUIT", "SIGSEGV", "SIGABRT"})
  void endByACoreDumpSignalIsReportedAsTheSignal(Signal signal) {
    Spawned child = fixture.start("dies-of.sh", signal.name().substring(3));

    assertThat(child.watcher().awaitExit())
        .isInstanceOfSatisfying(
            Exit.Signalled.class, exit -> assertThat(exit.signal()).isEqualTo(signal.number()));
  }

  @Test
  void missingInterpreterIsReported() {
    SpawnRequest request = fixture.request("bad-interpreter.sh");

    assertThat(fixture.refusal(request))
        .isEqualTo(
            request.program()
                + " names an interpreter in its #! line that does not exist: /no/such/interpreter");
  }

  @Test
  void windowsLineEndsInTheInterpreterLineAreReported() throws IOException {
    Path script = fixture.script("obedient.sh").resolveSibling("windows.sh");
    Files.writeString(script, "#!/bin/sh\r\nexit 0\r\n");
    Files.setPosixFilePermissions(script, PosixFilePermissions.fromString("rwx------"));
    SpawnRequest request = fixture.request(script.toString());

    assertThat(fixture.refusal(request)).endsWith("/bin/sh\\r (the file has Windows line endings)");
  }

  @Test
  void missingInterpreterLineIsReported() {
    SpawnRequest request = fixture.request("no-interpreter.sh");

    assertThat(fixture.refusal(request))
        .isEqualTo(
            request.program()
                + " is not a program and has no #! line: add a #! line, or set --interpreter");
  }

  @Test
  void tooLargeArgumentsAreReported() {
    assertThat(fixture.refusal(fixture.request("obedient.sh", "x".repeat(300_000))))
        .contains("too large (29")
        .contains("KiB");
  }

  @Test
  void nulByteInAnArgumentIsReported() {
    assertThat(fixture.refusal(fixture.request("obedient.sh", "a\0b")))
        .isEqualTo("argument 1 contains a NUL byte");
  }

  @Test
  void programThatIsBeingWrittenIsATemporaryFailure() throws IOException {
    Path program = Files.copy(Path.of("/bin/true"), fixture.dir().resolve("copied"));
    SpawnRequest request = fixture.request(program.toString());
    try (OutputStream writer = Files.newOutputStream(program, StandardOpenOption.APPEND)) {
      writer.flush();
      SpawnResult result = fixture.host().spawn(request, new RecordedWatcher());

      assertThat(result)
          .isEqualTo(
              new SpawnResult.Refused(
                  program + " cannot be started: it is being written to", true));
    }
    assertThat(fixture.start(request).watcher().awaitExit()).isEqualTo(new Exit.Code(0));
  }

  @Test
  void missingProgramIsNotATemporaryFailure() {
    SpawnRequest request = fixture.request(fixture.dir().resolve("nothing-here").toString());

    assertThat(fixture.host().spawn(request, new RecordedWatcher()))
        .isInstanceOfSatisfying(
            SpawnResult.Refused.class, refused -> assertThat(refused.temporary()).isFalse());
  }

  @Test
  void refusedSpawnLeavesNoDescriptorAndNoZombie() {
    fixture.refusal(fixture.request("not-executable.sh"));
    List<ProcessHandle> children = ProcessHandle.current().children().toList();
    long before = openDescriptors();
    for (int i = 0; i < 50; i++) {
      fixture.refusal(fixture.request("not-executable.sh"));
      fixture.refusal(fixture.request("no-interpreter.sh"));
    }

    assertThat(openDescriptors()).isLessThanOrEqualTo(before);
    assertThat(children).containsAll(ProcessHandle.current().children().toList());
  }

  @Test
  @Tag("slow")
  void descriptorsDoNotLeakOver200Spawns() {
    runOnce();
    long before = openDescriptors();
    for (int i = 0; i < 200; i++) {
      runOnce();
    }

    Eventually.await(
        "open descriptors as before (" + before + ")",
        HostFixture.DEADLINE,
        () -> openDescriptors() <= before,
        LinuxProcessHostTest::openDescriptors);
  }

  /// All runs use one pair of pipes, as an app that is restarted does.
  private void runOnce() {
    SpawnRequest request = fixture.request("exits-at-once.sh");
    Spawned child = fixture.start(request);
    child.watcher().awaitExit();
    child.child().signalTree(Signal.SIGTERM);
    child.watcher().awaitTreeGone();
    child.child().release();
    fixture.closeCaptures();
  }

  private static long openDescriptors() {
    try (Stream<Path> files = Files.list(Path.of("/proc/self/fd"))) {
      return files.count();
    } catch (IOException e) {
      throw new AssertionError(e);
    }
  }

  @Test
  void childInheritsOnlyTheThreeStandardStreams() throws IOException {
    Spawned child = fixture.start("deaf.sh");
    child.awaitReady();

    assertThat(targets(child.pid()))
        .containsOnlyKeys("0", "1", "2")
        .containsEntry("0", "/dev/null")
        .containsEntry("1", fixture.dir() + "/fifo/1.out")
        .containsEntry("2", fixture.dir() + "/fifo/1.err");
  }

  private static Map<String, String> targets(int pid) throws IOException {
    Map<String, String> targets = new HashMap<>();
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path file : files.toList()) {
        Path name = file.getFileName();
        // The shell keeps the script open on a descriptor above 9.
        if (name != null && !Files.readSymbolicLink(file).toString().endsWith("deaf.sh")) {
          targets.put(name.toString(), Files.readSymbolicLink(file).toString());
        }
      }
    }
    return targets;
  }

  @Test
  void childStartsWithNoBlockedOrIgnoredSignals() throws IOException {
    Spawned child = fixture.start("prints-status.sh");
    child.watcher().awaitExit();
    child.awaitOutput("nonvoluntary_ctxt_switches");

    assertThat(HostFixture.read(child.out())).contains("SigBlk:\t0000000000000000");
    String ignored =
        HostFixture.read(child.out())
            .lines()
            .filter(line -> line.startsWith("SigIgn:"))
            .findFirst()
            .orElseThrow()
            .substring(8)
            .strip();
    // glibc leaves its own signals 32 and 33 ignored; they have no meaning for programs.
    assertThat(Long.parseLong(ignored, 16) & 0x7FFFFFFFL).isZero();
  }

  @Test
  void childHasTheDescriptorLimitOfTheDaemon() throws IOException {
    Spawned child = fixture.start("obedient.sh");
    child.awaitReady();

    assertThat(limit("/proc/" + child.pid() + "/limits")).isEqualTo(limit("/proc/self/limits"));
  }

  private static String limit(String file) throws IOException {
    return Files.readAllLines(Path.of(file)).stream()
        .filter(line -> line.startsWith("Max open files"))
        .findFirst()
        .orElseThrow();
  }

  @Test
  void childLeadsItsOwnSession() {
    Spawned child = fixture.start("obedient.sh");
    try (ProcReader reader = new ProcReader()) {
      ProcStat stat = reader.stat(child.pid()).orElseThrow();

      assertThat(stat.session()).isEqualTo(child.pid());
      assertThat(stat.group()).isEqualTo(child.pid());
      assertThat(stat.startTime()).isEqualTo(child.child().identity().startTime());
    }
  }

  @Test
  void bytesThatAreNotUtf8ArePassedUnchanged() throws IOException {
    byte[] argument = {'a', (byte) 0xFF, (byte) 0xC3, 'z'};
    SpawnRequest plain = fixture.request("prints-bytes.sh", SurrogateEscape.fromBytes(argument));
    Map<String, String> environment = new HashMap<>(plain.environment());
    environment.put("GREETING", "gr\u00FC\u00DFe " + SurrogateEscape.fromBytes(argument));
    Spawned child =
        fixture.start(
            new SpawnRequest(
                plain.program(),
                plain.argv(),
                environment,
                plain.cwd(),
                plain.out(),
                plain.error(),
                plain.tag()));
    child.watcher().awaitExit();
    Eventually.await(
        "the output is written", HostFixture.DEADLINE, () -> HostFixture.size(child.out()) > 0);

    byte[] expected =
        Stream.of(argument, "|gr\u00FC\u00DFe ".getBytes(StandardCharsets.UTF_8), argument)
            .reduce(new byte[0], LinuxProcessHostTest::join);
    assertThat(Files.readAllBytes(child.out())).isEqualTo(expected);
  }

  private static byte[] join(byte[] one, byte[] other) {
    byte[] both = java.util.Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, both, one.length, other.length);
    return both;
  }

  @Test
  void mainProcessesAreFoundByTheirTag() {
    Spawned one = fixture.start("obedient.sh");
    Spawned other = fixture.start("daemonizes.sh");
    one.awaitReady();
    other.awaitReady();

    Eventually.await(
        "both main processes are found",
        HostFixture.DEADLINE,
        () -> fixture.host().findTagged(fixture.mark() + ":").size() == 2,
        () -> fixture.host().findTagged(fixture.mark() + ":"));
    assertThat(fixture.host().findTagged(fixture.mark() + ":"))
        .containsEntry(fixture.tag(1, 1), one.child().identity())
        .containsKey(fixture.tag(2, 1));
    assertThat(fixture.host().findTagged(fixture.mark() + ":7")).isEmpty();
  }

  @ParameterizedTest
  @ValueSource(strings = {"new-session.sh", "daemonizes.sh", "leaves-orphans.sh"})
  void descendantWithItsOwnSessionIsNotFoundAsTheMainProcess(String script) {
    Spawned child = fixture.start(script);
    child.awaitReady();
    awaitSessionOfDescendant(child.pid());

    Map<String, ProcessIdentity> expected = Map.of(fixture.tag(1, 1), child.child().identity());
    Eventually.await(
        "only the main process is found",
        HostFixture.DEADLINE,
        () -> fixture.host().findTagged(fixture.mark() + ":").equals(expected),
        () -> fixture.host().findTagged(fixture.mark() + ":"));
  }

  private void awaitSessionOfDescendant(int main) {
    Eventually.await(
        "a child of " + main + " leads a session",
        HostFixture.DEADLINE,
        () -> {
          try (ProcReader reader = new ProcReader()) {
            return Leftovers.of(fixture.mark()).stream()
                .flatMap(pid -> reader.stat(pid.intValue()).stream())
                .anyMatch(stat -> stat.pid() != main && stat.session() == stat.pid());
          }
        });
  }

  @Test
  void hundredChildrenAreStartedAndEndedTogether() {
    List<Spawned> children = new ArrayList<>();
    for (int i = 0; i < 100; i++) {
      children.add(fixture.start("obedient.sh"));
    }
    children.forEach(Spawned::awaitReady);

    children.forEach(child -> child.child().signalTree(Signal.SIGTERM));
    children.forEach(child -> child.watcher().awaitTreeGone());

    assertThat(children)
        .allMatch(child -> child.watcher().told().equals(List.of("exited", "treeGone")));
  }
}
