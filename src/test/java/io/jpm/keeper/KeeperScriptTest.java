package io.jpm.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.os.KeeperClient;
import io.jpm.os.KeeperInstruction;
import io.jpm.os.KeeperSetup;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// The real `bin/jpm-keeper` with a `bin/jpm` that only records its calls. Closing a link simulates
/// the death of the daemon.
@Timeout(120)
class KeeperScriptTest {
  private static final Duration SOON = Duration.ofSeconds(20);

  @TempDir private Path dir;
  private Path home;
  private KeeperSetup setup;
  private LinuxProcessHost host;

  @BeforeEach
  void install() throws IOException {
    Need.assume(
        LinuxProcessHost.unsupportedReason().isEmpty(), "a kernel for jpm's own way on Linux");
    home = Files.createDirectories(dir.resolve("the home"));
    Path root = dir.resolve("the root");
    Path bin = Files.createDirectories(root.resolve("bin"));
    Files.copy(Path.of("bin/jpm-keeper"), bin.resolve("jpm-keeper"));
    setup =
        new KeeperSetup(home, root, Map.of("JPM_JAVA", "/a java", "JPM_JAVA_OPTS", "-Da=b -Dc"));
    host = new LinuxProcessHost();
  }

  @AfterEach
  void quit() throws IOException {
    if (host != null) {
      int keeper = Files.exists(setup.pidFile()) ? pid() : 0;
      try (KeeperClient link = connect()) {
        if (link.attach()) {
          link.send(new KeeperInstruction.Quit());
        }
      }
      Eventually.await("the keeper has ended", SOON, () -> keeper == 0 || !isAlive(keeper));
      host.close();
    }
  }

  private KeeperClient connect() {
    return host.keeperClient(setup, () -> {}).orElseThrow();
  }

  /// Writes the `bin/jpm` that the keeper calls.
  private void writeStartScript(String commands) throws IOException {
    Path script = setup.root().resolve("bin/jpm");
    String tell =
        "printf '%s|' \"$JPM_INTERNAL\" \"$JPM_HOME\" \"$JPM_JAVA\" \"$JPM_JAVA_OPTS\" \"$JPM_AOT\" \"$(echo /dev/fd/*)\" >>\"$JPM_HOME/calls\"; echo >>\"$JPM_HOME/calls\"\n";
    Files.writeString(script, "#!/bin/bash\n" + tell + commands + "\n");
  }

  private List<String> calls() {
    return lines("calls");
  }

  private List<String> lines(String file) {
    try {
      return Files.exists(home.resolve(file)) ? Files.readAllLines(home.resolve(file)) : List.of();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private int pid() throws IOException {
    return Integer.parseInt(Files.readAllLines(setup.pidFile()).getFirst());
  }

  private static boolean isAlive(int pid) {
    return ProcessHandle.of(pid).map(ProcessHandle::isAlive).orElse(false);
  }

  private static long openFifos(int pid) {
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return open.filter(link -> target(link).contains("/fifo/")).count();
    } catch (IOException gone) {
      return -1;
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closed) {
      return "";
    }
  }

  private List<Path> fifos(int count) throws Exception {
    Path folder = Files.createDirectories(home.resolve("fifo"));
    List<String> command = new ArrayList<>(List.of("mkfifo"));
    List<Path> fifos = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      fifos.add(folder.resolve("é " + i + "].out"));
      command.add(fifos.getLast().toString());
    }
    assertThat(new ProcessBuilder(command).start().waitFor()).isZero();
    return fifos;
  }

  @Test
  void keeperHoldsThousandsOfPipesAndStartsTheDaemonWithoutThem() throws Exception {
    writeStartScript("exit 0");
    List<Path> fifos = fifos(2000);
    try (KeeperClient link = connect()) {
      link.start();
      link.send(new KeeperInstruction.Hold(fifos));
      Eventually.await("all pipes are held", SOON, () -> openFifos(keeperPid()) == 2000);
      link.send(new KeeperInstruction.Hold(fifos));
      link.send(new KeeperInstruction.Drop(fifos.subList(0, 10)));
      Eventually.await("ten pipes are dropped", SOON, () -> openFifos(keeperPid()) == 1990);
      link.send(new KeeperInstruction.Guard());
    }
    Eventually.await("the daemon is started", SOON, () -> calls().size() == 1);
    String[] call = calls().getFirst().split("\\|", -1);
    assertThat(call).startsWith("start", home.toString(), "/a java", "-Da=b -Dc", "");
    assertThat(call[5].split(" ", -1).length).isLessThan(6);
    assertThat(openFifos(pid())).isEqualTo(1990);
  }

  private int keeperPid() {
    try {
      return pid();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  @Test
  void daemonThatDoesNotContactTheKeeperIsNotGuarded() throws Exception {
    writeStartScript("exit 0");
    try (KeeperClient link = connect()) {
      link.start();
      link.send(new KeeperInstruction.Guard());
    }
    int keeper = pid();
    // Twice, because the dying daemon may have answered the first call; after that the keeper has
    // logged the result.
    Eventually.await(
        "the daemon is started twice",
        SOON,
        () ->
            calls().size() == 2
                && ProcessHandle.of(keeper).stream()
                    .flatMap(ProcessHandle::children)
                    .noneMatch(KeeperScriptTest::runs));
    // Another daemon connects and dies without asking the keeper to guard it.
    try (KeeperClient link = connect()) {
      assertThat(link.attach()).isTrue();
    }
    Eventually.await("the keeper without a task has ended", SOON, () -> !isAlive(keeper));
    assertThat(calls()).hasSize(2);
    assertThat(lines("jpm.log")).hasSize(1);
  }

  /// If a child ends just before a `read`, Bash reaps it only afterwards. Until then it is still a
  /// child, but without a command line.
  private static boolean runs(ProcessHandle child) {
    try {
      return Files.readAllBytes(Path.of("/proc/" + child.pid() + "/cmdline")).length > 0;
    } catch (IOException gone) {
      return false;
    }
  }

  @Test
  void eachFailedStartIsLoggedWithTheReasonAndThePause() throws Exception {
    writeStartScript("echo 'jpm: no luck' >&2; echo more >&2; exit 1");
    long self = ProcessHandle.current().pid();
    try (KeeperClient link = connect()) {
      link.start();
      link.send(new KeeperInstruction.Guard());
    }
    Eventually.await("three failed starts are logged", SOON, () -> lines("jpm.log").size() == 4);
    List<String> said = lines("jpm.log").stream().map(line -> line.split(": ", 2)[1]).toList();
    assertThat(said)
        .containsExactly(
            "the daemon (pid " + self + ") is gone, starting it again",
            "the daemon does not start (no luck), starting it again in 1 s",
            "the daemon does not start (no luck), starting it again in 2 s",
            "the daemon does not start (no luck), starting it again in 4 s");
    assertThat(lines("jpm.log"))
        .allMatch(line -> line.matches("[-0-9T:.]{23}(Z|[-+]\\d\\d:\\d\\d) WARNING keeper: .*"));
  }

  @Test
  void intendedEndOfADaemonResetsTheSeriesOfDeaths() throws Exception {
    writeStartScript("exit 1");
    try (KeeperClient link = connect()) {
      link.start();
      link.send(new KeeperInstruction.Hold(fifos(1)));
      link.send(new KeeperInstruction.Guard());
    }
    Eventually.await("a pause is logged", SOON, () -> lines("jpm.log").size() == 3);
    try (KeeperClient link = connect()) {
      assertThat(link.attach()).isTrue();
      link.send(new KeeperInstruction.Rest());
    }
    try (KeeperClient link = connect()) {
      assertThat(link.attach()).isTrue();
      link.send(new KeeperInstruction.Guard());
    }
    Eventually.await("the next death is logged", SOON, () -> deaths().size() == 2);
    assertThat(deaths()).allMatch(line -> line.endsWith("starting it again"));
  }

  private List<String> deaths() {
    return lines("jpm.log").stream().filter(line -> line.contains("is gone")).toList();
  }

  @Test
  void keeperEndsWhenItsFifoIsDeleted() throws Exception {
    writeStartScript("exit 1");
    int keeper;
    try (KeeperClient link = connect()) {
      link.start();
      keeper = pid();
      link.send(new KeeperInstruction.Hold(fifos(1)));
      link.send(new KeeperInstruction.Guard());
      Eventually.await("the pipe is held", SOON, () -> openFifos(keeper) == 1);
      Files.delete(setup.fifo());
    }
    Eventually.await("the keeper has ended", SOON, () -> !isAlive(keeper));
    assertThat(calls()).isEmpty();
  }

  @Test
  @Tag("slow")
  void keeperKilledDuringAPauseStartsNoDaemon() throws Exception {
    writeStartScript("exit 1");
    int keeper;
    try (KeeperClient link = connect()) {
      link.start();
      keeper = pid();
      link.send(new KeeperInstruction.Guard());
    }
    Eventually.await("a pause of 4 s is logged", SOON, () -> lines("jpm.log").size() == 4);
    List<String> before = calls();
    ProcessHandle.of(keeper).orElseThrow().destroyForcibly();
    Eventually.await("the pause of the killed keeper is over", SOON, () -> scripts().isEmpty());
    assertThat(calls()).isEqualTo(before);
  }

  /// Returns the processes of the keeper's script in this home.
  private List<ProcessHandle> scripts() {
    return ProcessHandle.allProcesses()
        .filter(it -> commandLine(it.pid()).contains("jpm-keeper\0" + home + "\0"))
        .toList();
  }

  private static String commandLine(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/cmdline"));
    } catch (IOException gone) {
      return "";
    }
  }
}
