package io.jpm.os.linux.keeper;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.HostFixture;
import io.jpm.os.KeeperClient;
import io.jpm.os.KeeperInstruction;
import io.jpm.os.KeeperSetup;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.ExitQuery;
import io.jpm.os.linux.proc.ExitStatus;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A daemon asks for the exits of processes that it never saw: a real keeper, and successive hosts
/// as its daemons.
@Timeout(120)
class ExitStoreTest {
  @TempDir private Path dir;
  private Path home;
  private KeeperSetup setup;

  @BeforeEach
  void makeKeeper() throws IOException {
    Need.assume(ExitQuery.isSupported(), "Linux 6.15");
    home = Files.createDirectories(dir.resolve("home"));
    setup = new KeeperSetup(home, Path.of("").toAbsolutePath(), Map.of());
  }

  @AfterEach
  void endKeeper() {
    if (setup == null) {
      return;
    }
    try (LinuxProcessHost host = new LinuxProcessHost();
        KeeperClient link = connect(host)) {
      if (link.attach()) {
        link.send(new KeeperInstruction.Quit());
        // The host that started the keeper is closed, so the status of this JVM's child must be
        // reaped here.
        KeeperRecord.read(setup.pidFile()).ifPresent(keeper -> ExitStatus.discard(keeper.pid()));
      }
    }
  }

  private KeeperClient connect(LinuxProcessHost host) {
    return host.keeperClient(setup, () -> {}).orElseThrow();
  }

  /// Runs the first daemon: starts the keeper and has it remember `processes`.
  private void firstDaemon(List<ProcessIdentity> processes) throws IOException {
    try (LinuxProcessHost host = new LinuxProcessHost();
        KeeperClient link = connect(host)) {
      link.start();
      // With something to hold, the keeper stays when the daemon ends.
      Path fifo = home.resolve("1.out");
      assertThat(Libc.mkfifo(fifo, 0600)).isZero();
      link.send(new KeeperInstruction.Hold(List.of(fifo)));
      processes.forEach(link::storeProcess);
    }
  }

  /// Returns the exit that a later daemon learns.
  private Exit askAsNextDaemon(ProcessIdentity process) {
    try (LinuxProcessHost host = new LinuxProcessHost();
        KeeperClient link = connect(host)) {
      assertThat(link.attach()).isTrue();
      return host.exitOf(process);
    }
  }

  private static ProcessIdentity identity(int pid) {
    try (ProcReader reader = new ProcReader()) {
      return new ProcessIdentity(
          ProcReader.bootId(), pid, reader.stat(pid).orElseThrow().startTime());
    }
  }

  /// A process that runs until its input ends.
  private static final class Sleeper {
    final Process process;
    final ProcessIdentity identity;

    Sleeper(String... command) throws IOException {
      process = new ProcessBuilder(command).start();
      identity = identity((int) process.pid());
    }

    void end() throws Exception {
      process.getOutputStream().close();
      process.waitFor();
    }
  }

  private Sleeper exitsWith(int code) throws IOException {
    return new Sleeper("sh", "-c", "read -r line; exit " + code);
  }

  @Test
  void nextDaemonKnowsTheExitCode() throws Exception {
    Sleeper sleeper = exitsWith(7);
    firstDaemon(List.of(sleeper.identity));
    sleeper.end();
    assertThat(askAsNextDaemon(sleeper.identity)).isEqualTo(new Exit.Code(7));
  }

  @Test
  void exitsAreKeptUntilADaemonHasRecordedThem() throws Exception {
    Sleeper one = exitsWith(7);
    Sleeper other = exitsWith(8);
    firstDaemon(List.of(one.identity, other.identity));
    one.end();
    other.end();
    for (int daemon = 0; daemon < 3; daemon++) {
      assertThat(askAsNextDaemon(one.identity)).isEqualTo(new Exit.Code(7));
      assertThat(askAsNextDaemon(other.identity)).isEqualTo(new Exit.Code(8));
    }
    try (LinuxProcessHost host = new LinuxProcessHost();
        KeeperClient link = connect(host)) {
      assertThat(link.attach()).isTrue();
      host.acknowledgeExits();
      assertThat(host.exitOf(one.identity)).isEqualTo(new Exit.Code(7));
    }
    assertThat(askAsNextDaemon(other.identity))
        .as("exit that is no longer stored")
        .isInstanceOf(Exit.Unknown.class);
  }

  @Test
  void nextDaemonKnowsTheSignal() throws Exception {
    Sleeper sleeper = exitsWith(0);
    firstDaemon(List.of(sleeper.identity));
    sleeper.process.destroyForcibly().waitFor();
    assertThat(askAsNextDaemon(sleeper.identity)).isEqualTo(new Exit.Signalled(9, false));
  }

  @Test
  void runningProcessIsRememberedAcrossDaemons() throws Exception {
    Sleeper sleeper = exitsWith(3);
    firstDaemon(List.of(sleeper.identity));
    for (int daemon = 0; daemon < 3; daemon++) {
      assertThat(askAsNextDaemon(sleeper.identity)).isInstanceOf(Exit.Unknown.class);
    }
    sleeper.end();
    assertThat(askAsNextDaemon(sleeper.identity)).isEqualTo(new Exit.Code(3));
  }

  @Test
  void exitAfterTheTakeoverIsKnown() throws Exception {
    Sleeper sleeper = exitsWith(5);
    firstDaemon(List.of(sleeper.identity));
    try (LinuxProcessHost host = new LinuxProcessHost();
        KeeperClient link = connect(host)) {
      assertThat(link.attach()).isTrue();
      sleeper.end();
      assertThat(host.exitOf(sleeper.identity)).isEqualTo(new Exit.Code(5));
    }
  }

  @Test
  @Needs(Need.PYTHON)
  void exitOfAZombieIsReported() throws Exception {
    // Not a child of the JDK, which would be reaped at once.
    Sleeper parent =
        new Sleeper(
            "python3",
            "-c",
            """
            import os, sys
            pid = os.fork()
            if pid == 0:
                sys.stdin.readline()
                os._exit(9)
            print(pid, flush=True)
            os.read(GATE, 1)
            os.wait()
            """
                .replace("GATE", "os.open('" + gate() + "', os.O_RDONLY)"));
    int child = Integer.parseInt(parent.process.inputReader().readLine());
    ProcessIdentity identity = identity(child);
    firstDaemon(List.of(identity));
    parent.process.getOutputStream().close();
    Eventually.await(
        "the process is a zombie",
        HostFixture.DEADLINE,
        () -> ProcReader.find(identity).filter(stat -> !stat.isAlive()).isPresent());
    try (LinuxProcessHost host = new LinuxProcessHost();
        KeeperClient link = connect(host)) {
      assertThat(link.attach()).isTrue();
      assertThat(host.exitOf(identity)).isEqualTo(new Exit.Code(9));
      Files.writeString(gate(), "go");
      parent.process.waitFor();
    }
  }

  private Path gate() {
    Path gate = dir.resolve("gate");
    if (!Files.exists(gate)) {
      assertThat(Libc.mkfifo(gate, 0600)).isZero();
    }
    return gate;
  }

  @Test
  void noExitIsReportedForAnotherProcessWithThePid() throws Exception {
    Sleeper sleeper = exitsWith(7);
    ProcessIdentity stranger =
        new ProcessIdentity(
            sleeper.identity.bootId(), sleeper.identity.pid(), sleeper.identity.startTime() + 1);
    firstDaemon(List.of(sleeper.identity, stranger));
    sleeper.end();
    assertThat(askAsNextDaemon(stranger)).isInstanceOf(Exit.Unknown.class);
  }

  @Test
  void manyRememberedProcessesLeakNoDescriptorAndNoneIsLost() throws Exception {
    Sleeper gone = exitsWith(1);
    Sleeper first = exitsWith(2);
    Sleeper last = exitsWith(4);
    List<Sleeper> many = IntStream.range(0, 40).mapToObj(_ -> quietly(() -> exitsWith(0))).toList();
    try (LinuxProcessHost host = new LinuxProcessHost();
        KeeperClient link = connect(host)) {
      link.start();
      Path fifo = home.resolve("1.out");
      assertThat(Libc.mkfifo(fifo, 0600)).isZero();
      link.send(new KeeperInstruction.Hold(List.of(fifo)));
      link.storeProcess(first.identity);
      link.storeProcess(gone.identity);
      gone.end();
      long before = openDescriptors();
      // More messages than the socket buffers, and more descriptors than one message carries.
      for (int i = 0; i < 25; i++) {
        many.forEach(sleeper -> link.storeProcess(sleeper.identity));
      }
      link.storeProcess(last.identity);
      assertThat(openDescriptors()).isLessThanOrEqualTo(before);
    }
    for (Sleeper sleeper : many) {
      sleeper.end();
    }
    first.end();
    last.end();
    try (LinuxProcessHost host = new LinuxProcessHost();
        KeeperClient link = connect(host)) {
      assertThat(link.attach()).isTrue();
      assertThat(host.exitOf(first.identity)).isEqualTo(new Exit.Code(2));
      assertThat(host.exitOf(last.identity)).isEqualTo(new Exit.Code(4));
      assertThat(many).allMatch(it -> host.exitOf(it.identity).equals(new Exit.Code(0)));
    }
  }

  private interface Making<T> {
    T make() throws IOException;
  }

  private static <T> T quietly(Making<T> making) {
    try {
      return making.make();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private static long openDescriptors() throws IOException {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    }
  }
}
