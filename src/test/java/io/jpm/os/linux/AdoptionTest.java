package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.model.process.TreeUsage;
import io.jpm.os.Child;
import io.jpm.os.HostFixture;
import io.jpm.os.LogPipe;
import io.jpm.os.LogPipeReader;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.testing.Eventually;
import io.jpm.testing.Leftovers;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.Signals;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// `kill -9` of the daemon does not affect its apps: the central promise of the project.
@Timeout(120)
class AdoptionTest {
  private static final int LINES = 120_000;

  @TempDir private Path dir;

  private record StartedApp(ProcessIdentity identity, String tag, String mark) {}

  @ParameterizedTest
  @ValueSource(booleans = {false, true})
  void appOfAKilledDaemonIsAdoptedWithoutLosingOutput(boolean terminal) throws Exception {
    LogPipe out = new LogPipe(dir.resolve("fifo/1.out"), dir.resolve("logs/1.out.log"));
    Path last = dir.resolve("last");
    StartedApp startedApp = runAndKillDaemon("numbers.sh", LINES + " " + last, terminal, out);
    assertThat(HostFixture.isAlive(startedApp.identity().pid())).isTrue();

    try (LinuxProcessHost host = new LinuxProcessHost()) {
      RecordedWatcher watcher = new RecordedWatcher();
      assertThat(host.findTagged(startedApp.tag()))
          .containsEntry(startedApp.tag(), startedApp.identity());
      Child child = host.adopt(startedApp.identity(), startedApp.tag(), watcher).orElseThrow();
      assertThat(child.identity()).isEqualTo(startedApp.identity());
      LogPipeReader.Source output = MappedOutput.begin(host, out);
      Files.createFile(last); // not earlier: the app exits when this file exists

      Exit exit = watcher.awaitExit();
      if (terminal) { // output written just before the exit arrives just after it
        Eventually.await(
            "the last line is written",
            HostFixture.DEADLINE,
            () -> MappedOutput.read(out.file()).contains("line " + LINES + " of"));
      }
      output.close();

      // Kernels before 6.15 do not report the exit of a process that is not a child.
      assertThat(exit).isIn(new Exit.Code(42), new Exit.Unknown(unknownReason(exit)));
      assertThat(host.adopt(startedApp.identity(), startedApp.tag(), watcher)).isEmpty();
      assertLinesAreComplete(out.file());
    } finally {
      Leftovers.awaitNone(startedApp.mark());
    }
  }

  @Test
  void wholeTreeOfAnAdoptedAppIsEnded() throws Exception {
    LogPipe out = new LogPipe(dir.resolve("fifo/1.out"), dir.resolve("logs/1.out.log"));
    StartedApp startedApp = runAndKillDaemon("daemonizes.sh", "", false, out);

    try (LinuxProcessHost host = new LinuxProcessHost()) {
      RecordedWatcher watcher = new RecordedWatcher();
      Child child = host.adopt(startedApp.identity(), startedApp.tag(), watcher).orElseThrow();
      child.signalTree(Signal.SIGTERM);
      watcher.awaitTreeGone();

      assertThat(Leftovers.of(startedApp.mark())).isEmpty();
      assertThat(watcher.told()).containsExactly("exited", "treeGone");
    } finally {
      Leftovers.awaitNone(startedApp.mark());
    }
  }

  @Test
  void orphanOfAnAdoptedAppIsKnownWhenItsExitIsReported() throws Exception {
    LogPipe out = new LogPipe(dir.resolve("fifo/1.out"), dir.resolve("logs/1.out.log"));
    StartedApp startedApp = runAndKillDaemon("daemonizes-when-told.sh", "", false, out);

    try (LinuxProcessHost host = new LinuxProcessHost()) {
      RecordedWatcher watcher = new RecordedWatcher();
      Child child = host.adopt(startedApp.identity(), startedApp.tag(), watcher).orElseThrow();
      child.signalMain(Signal.SIGUSR1);
      watcher.awaitExit();
      assertThat(child.hasLeftovers()).isTrue();
      child.signalTree(Signal.SIGTERM);
      watcher.awaitTreeGone();

      assertThat(Leftovers.of(startedApp.mark())).isEmpty();
    } finally {
      Leftovers.awaitNone(startedApp.mark());
    }
  }

  /// By then, tree walks have cached which processes belong to no tree and do not read them again.
  @Test
  void treeWithoutItsTagIsStillKnownAfterOtherTreesEnded() throws Exception {
    LogPipe out = new LogPipe(dir.resolve("fifo/1.out"), dir.resolve("logs/1.out.log"));
    StartedApp startedApp = runAndKillDaemon("throws-tag-away.sh", "", false, out);
    ProcessIdentity main = startedApp.identity();

    try (LinuxProcessHost host = new LinuxProcessHost();
        HostFixture others = new HostFixture(host, Files.createDirectory(dir.resolve("others")))) {
      Eventually.await(
          "the main process is three seconds old",
          HostFixture.DEADLINE,
          () -> ProcReader.ticksNow() > main.startTime() + 3 * ProcReader.Ticks.PER_SECOND);
      others.start("obedient.sh").end(); // before its adoption, the app belongs to no known tree
      RecordedWatcher watcher = new RecordedWatcher();
      Child child = host.adopt(main, startedApp.tag(), watcher).orElseThrow();
      assertThat(processCount(host, main)).isEqualTo(2);
      others.start("obedient.sh").end();
      assertThat(processCount(host, main)).isEqualTo(2);

      child.signalMain(Signal.SIGKILL);
      watcher.awaitExit();
      others.start("obedient.sh").end();
      child.signalTree(Signal.SIGKILL);
      watcher.awaitTreeGone();
      assertThat(Leftovers.of(startedApp.mark())).isEmpty();
    } finally {
      Leftovers.awaitNone(startedApp.mark());
    }
  }

  private static int processCount(LinuxProcessHost host, ProcessIdentity main) {
    var usages = host.treeUsage(List.of(main), TreeUsage.Detail.BASIC);
    return Objects.requireNonNull(usages.get(main)).processes();
  }

  @Test
  @Needs(Need.NODE)
  void adoptedNodeAppKeepsItsIpcChannelAndLosesNoMessage() throws Exception {
    LogPipe out = new LogPipe(dir.resolve("fifo/1.out"), dir.resolve("logs/1.out.log"));
    StartedApp startedApp = runAndKillDaemon("talks.cjs", "", false, out);
    Signals.send("USR2", startedApp.identity().pid()); // the app sends {"connected":…}

    try (LinuxProcessHost host = new LinuxProcessHost()) {
      RecordedWatcher watcher = new RecordedWatcher();
      Child child = host.adopt(startedApp.identity(), startedApp.tag(), watcher).orElseThrow();
      assertThat(child.hasIpcChannel()).isTrue();
      watcher.awaitMessage("{\"connected\":true}");
      child.send("{\"say\":\"still here\"}");
      watcher.awaitMessage("\"still here\"");
      LogPipeReader.Source output = MappedOutput.begin(host, out);
      child.send("{\"exit\":0}");
      watcher.awaitExit();
      output.close();

      assertThat(MappedOutput.read(out.file())).contains("sent\n").doesNotContain("uncaught");
    } finally {
      Leftovers.awaitNone(startedApp.mark());
    }
  }

  private static String unknownReason(Exit exit) {
    return exit instanceof Exit.Unknown(String why) ? why : "";
  }

  private static void assertLinesAreComplete(Path file) {
    List<String> lines = MappedOutput.read(file).lines().toList();
    assertThat(lines).hasSize(LINES);
    for (int i = 0; i < LINES; i++) {
      assertThat(lines.get(i)).startsWith("line " + (i + 1) + " of");
    }
  }

  /// Starts the script from another JVM and kills that JVM when some output has arrived.
  private StartedApp runAndKillDaemon(String script, String argument, boolean terminal, LogPipe out)
      throws Exception {
    ProcessBuilder builder =
        new ProcessBuilder(
            Path.of(System.getProperty("java.home"), "bin", "java").toString(),
            "--enable-native-access=ALL-UNNAMED",
            "-XX:-MaxFDLimit",
            "-cp",
            Objects.requireNonNull(System.getProperty("java.class.path")),
            KilledDaemon.class.getName(),
            dir.toString(),
            script,
            argument,
            Boolean.toString(terminal));
    Process daemon =
        builder
            .redirectErrorStream(true)
            .redirectOutput(dir.resolve("daemon.log").toFile())
            .start();
    try {
      Eventually.await(
          "the other daemon has read output",
          HostFixture.DEADLINE,
          () -> Files.exists(dir.resolve("made")) && !MappedOutput.read(out.file()).isEmpty(),
          () -> HostFixture.read(dir.resolve("daemon.log")));
    } finally {
      daemon.destroyForcibly().waitFor();
    }
    List<String> lines = Files.readAllLines(dir.resolve("made"));
    ProcessIdentity identity =
        new ProcessIdentity(
            lines.get(0), Integer.parseInt(lines.get(1)), Long.parseLong(lines.get(2)));
    return new StartedApp(identity, lines.get(3), lines.get(4));
  }
}
