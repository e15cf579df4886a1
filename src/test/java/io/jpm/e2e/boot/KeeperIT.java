package io.jpm.e2e.boot;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The keeper: the daemon dies and no command starts another one.
@Timeout(300)
class KeeperIT extends EndToEndTestBase {
  private static final Duration SOON = Duration.ofSeconds(60);

  private static final String TICKER =
      """
      #!/bin/bash
      echo "limit $(ulimit -Sn)"
      exec 9<> <(:); wait $!
      n=0
      while :; do n=$((n+1)); echo "tick $n"; read -rt 0.01 -u 9; done
      """;

  /// Waits for its gate, prints, and exits with 7. When it is started again it only sleeps.
  private static final String NUMBERS =
      """
      #!/bin/bash
      cd "$(dirname "$0")"
      [ ! -e done ] || exec sleep 1000
      read -r line <gate
      for ((n = 1; n <= 500; n++)); do echo "line $n"; done
      touch done
      exit 7
      """;

  @Test
  void keeperRestartsAKilledDaemonWithItsOptionsAndApps() throws Exception {
    jpm.environment("JPM_JAVA_OPTS", "-Dkept.over.death=yes");
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    jpm.environment("JPM_JAVA_OPTS", "");
    int pid = jpm.pid("ticker");
    long first = jpm.daemonPid();
    long begun = System.nanoTime();
    jpm.killDaemon();
    long second = awaitOtherDaemon(first);
    System.out.printf("back after %d ms%n", (System.nanoTime() - begun) / 1_000_000);

    assertThat(commandLine(second)).contains("-Dkept.over.death=yes");
    assertThat(jpm.pid("ticker")).isEqualTo(pid);
    assertThat(jpm.restarts("ticker")).isZero();
    int before = jpm.log("ticker-out.log").size();
    Eventually.await("ticker continues", SOON, () -> lines("ticker-out.log") > before + 20);
    List<String> ticks = jpm.log("ticker-out.log").subList(1, before);
    assertThat(ticks)
        .isEqualTo(IntStream.rangeClosed(1, ticks.size()).mapToObj(n -> "tick " + n).toList());
    assertThat(keeperLog("(pid " + first + ") is gone, starting it again")).hasSize(1);
  }

  @Test
  @Tag("slow")
  void daemonAndAppsInheritNothingFromTheKeeper() throws Exception {
    jpm.runAfter("ulimit -Sn 777", "start", jpm.script("ticker.sh", TICKER).toString()).ok();
    long first = jpm.daemonPid();
    jpm.killDaemon();
    long second = awaitOtherDaemon(first);
    jpm.run("restart", "ticker").ok();
    Eventually.await("ticker has printed both limits", SOON, () -> limits().size() == 2);

    assertThat(limits()).containsExactly("limit 777", "limit 777");
    assertThat(openFiles(jpm.pid("ticker")))
        .noneMatch(file -> file.endsWith("keeper.fifo") || file.contains("jpm.log"));
    assertThat(openFiles(second).stream().filter(file -> file.endsWith("keeper.fifo"))).hasSize(1);
    assertThat(openFiles(second).stream().filter(file -> file.contains("/fifo/"))).hasSize(2);
    assertThat(commandLine(keeper())).contains("jpm-keeper");
    assertThat(environment(keeper())).doesNotContain("JPM_TAG");
  }

  @Test
  void outputAndExitOfAnAppThatEndedWithoutADaemonAreKnown() throws Exception {
    Path gate = makeGate();
    jpm.run("start", jpm.script("numbers.sh", NUMBERS).toString(), "--name", "numbers").ok();
    int pid = jpm.pid("numbers");
    long first = jpm.daemonPid();
    try (var _ = jpm.preventDaemonStart()) {
      jpm.killDaemon();
      Files.writeString(gate, "go\n");
      Eventually.await("the app has ended", SOON, () -> !Jpm.running(pid));
    }
    awaitOtherDaemon(first);
    jpm.awaitStatus("numbers", "online");

    assertThat(jpm.restarts("numbers")).isEqualTo(1);
    Eventually.await("the log has all lines", SOON, () -> lines("numbers-out.log") == 500);
    assertThat(jpm.log("numbers-out.log"))
        .isEqualTo(IntStream.rangeClosed(1, 500).mapToObj(n -> "line " + n).toList());
    assertThat(jpm.run("describe", "numbers").ok().out())
        .contains(kernelReportsExitsToNonParents() ? "exit 7" : "exit unknown");
  }

  @Test
  @Tag("slow")
  void killEndsTheKeeperAndNoDaemonComesBack() throws Exception {
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    long daemon = jpm.daemonPid();
    Eventually.await("the keeper is running", SOON, () -> keeper() > 0);
    jpm.run("kill").ok();
    Eventually.await("no process is left", SOON, () -> jpm.liveProcesses().isEmpty());
    assertThat(Jpm.running((int) daemon)).isFalse();
    assertThat(keeperLog("starting it again")).isEmpty();
  }

  @Test
  @Tag("slow")
  void aKeeperThatDiesIsReplacedAndTheNextHoldsTheSamePipes() throws Exception {
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    awaitPipes(2);
    int first = keeper();
    Jpm.kill(first);
    Eventually.await("another keeper is running", SOON, () -> keeper() != first);
    awaitPipes(2);
    jpm.run("start", jpm.script("second.sh", TICKER).toString()).ok();
    awaitPipes(4);
    jpm.run("delete", "second").ok();
    awaitPipes(2);

    long daemon = jpm.daemonPid();
    jpm.killDaemon();
    awaitOtherDaemon(daemon);
    assertThat(jpm.status("ticker")).isEqualTo("online");
  }

  @Test
  @Tag("slow")
  void failedStartOfTheDaemonIsRetriedWithGrowingDelays() throws Exception {
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    int pid = jpm.pid("ticker");
    long first = jpm.daemonPid();
    jpm.settings("{broken");
    jpm.killDaemon();
    Eventually.await(
        "the keeper delays the next start", Jpm.LONG, () -> !keeperLog("in 2 s").isEmpty());
    assertThat(keeperLog("does not start (the daemon did not start"))
        .hasSize(2)
        .allMatch(line -> line.contains("jpm.json"))
        .first()
        .asString()
        .endsWith("in 1 s");
    jpm.settings("{}");
    awaitOtherDaemon(first);
    assertThat(jpm.pid("ticker")).isEqualTo(pid);
  }

  @Test
  @Tag("slow")
  void killEndsAKeeperThatIsAboutToStartTheDaemon() throws Exception {
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    jpm.run("stop", "ticker").ok();
    jpm.settings("{broken");
    jpm.killDaemon();
    Eventually.await(
        "the keeper delays the next start", Jpm.LONG, () -> !keeperLog("in 2 s").isEmpty());
    assertThat(jpm.run("kill").ok().err()).contains("no daemon is running");
    Eventually.await("the keeper is gone", SOON, () -> jpm.liveProcesses().isEmpty());
    jpm.settings("{}");
    Files.delete(jpm.logBuffer());
  }

  @Test
  @Tag("slow")
  void keeperHoldsThePipesAndStartsNoDaemonAfterSigterm() throws Exception {
    Path gate = makeGate();
    jpm.run("start", jpm.script("numbers.sh", NUMBERS).toString(), "--name", "numbers").ok();
    int pid = jpm.pid("numbers");
    ProcessHandle daemon = ProcessHandle.of(jpm.daemonPid()).orElseThrow();
    awaitPipes(2);
    int keeper = keeper();
    daemon.destroy();
    Eventually.await("the daemon is gone", SOON, () -> !Jpm.running((int) daemon.pid()));
    Eventually.await(
        "the keeper knows that the daemon is gone", SOON, () -> waitsWithoutADaemon(keeper));
    assertThat(children(keeper)).isEmpty();
    Files.writeString(gate, "go\n");
    Eventually.await("the app has ended", SOON, () -> !Jpm.running(pid));
    assertThat(keeperLog("starting")).isEmpty();
    assertThat(Files.exists(jpm.home().resolve("jpm.pid"))).isFalse();

    jpm.awaitStatus("numbers", "online");
    assertThat(jpm.restarts("numbers")).isEqualTo(1);
    assertThat(keeper()).isEqualTo(keeper);
    Eventually.await("the log has all lines", SOON, () -> lines("numbers-out.log") == 500);
  }

  @Test
  @Tag("slow")
  void twoHomesHaveAKeeperEach() throws Exception {
    try (Jpm other = new Jpm()) {
      jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
      other.run("start", other.script("ticker.sh", TICKER).toString()).ok();
      long mine = jpm.daemonPid();
      long theirs = other.daemonPid();
      jpm.killDaemon();
      long next = awaitOtherDaemon(mine);
      assertThat(other.daemonPid()).isEqualTo(theirs);
      other.run("kill").ok();
      Eventually.await(
          "the other home has no process", SOON, () -> other.liveProcesses().isEmpty());
      assertThat(jpm.daemonPid()).isEqualTo(next);
      assertThat(jpm.status("ticker")).isEqualTo("online");
    }
  }

  @Test
  @Tag("slow")
  void settingDisablesTheKeeperAndEndsARunningOne() throws Exception {
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    awaitPipes(2);
    jpm.settings("{\"keeper\": {\"enabled\": false}}");
    long first = jpm.daemonPid();
    jpm.killDaemon();
    awaitOtherDaemon(first);
    Eventually.await(
        "no keeper is left",
        SOON,
        () -> jpm.liveProcesses().stream().noneMatch(process -> process.contains("jpm-keeper")));
    assertThat(jpm.status("ticker")).isEqualTo("online");
  }

  private Path makeGate() throws Exception {
    Path gate = jpm.work().resolve("gate");
    assertThat(new ProcessBuilder("mkfifo", gate.toString()).start().waitFor()).isZero();
    return gate;
  }

  /// Waits for the next daemon without a command, which would start one itself.
  private long awaitOtherDaemon(long old) throws IOException {
    Eventually.await(
        "another daemon is running",
        Jpm.LONG,
        () -> Files.exists(jpm.home().resolve("bridge.port")) && pidFile("jpm.pid") != old,
        jpm::daemonLog);
    return jpm.daemonPid();
  }

  private int keeper() {
    return (int) pidFile("keeper.pid");
  }

  private long pidFile(String name) {
    try {
      return Long.parseLong(Files.readAllLines(jpm.home().resolve(name)).getFirst());
    } catch (IOException | java.util.NoSuchElementException notYet) {
      return 0;
    }
  }

  private void awaitPipes(int count) {
    Eventually.await(
        "the keeper holds " + count + " pipes",
        SOON,
        () -> openFiles(keeper()).stream().filter(file -> file.contains("/fifo/")).count() == count,
        () -> openFiles(keeper()));
  }

  /// Reports whether the keeper has its pipe open for writing too, which it has only while there is
  /// no daemon.
  private static boolean waitsWithoutADaemon(int keeper) {
    return read(Path.of("/proc/" + keeper + "/fdinfo/0")).matches("(?s).*flags:\\s+[0-7]*2\n.*");
  }

  private static String children(int pid) {
    return read(Path.of("/proc/" + pid + "/task/" + pid + "/children")).strip();
  }

  private static List<String> openFiles(long pid) {
    try (Stream<Path> files = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      return files.map(KeeperIT::target).toList();
    } catch (IOException | java.io.UncheckedIOException gone) {
      return List.of();
    }
  }

  private static String target(Path link) {
    try {
      return Files.readSymbolicLink(link).toString();
    } catch (IOException closed) {
      return "";
    }
  }

  private static String commandLine(long pid) {
    return read(Path.of("/proc/" + pid + "/cmdline"));
  }

  private static String environment(long pid) {
    return read(Path.of("/proc/" + pid + "/environ"));
  }

  private static String read(Path file) {
    try {
      return Files.readString(file);
    } catch (IOException gone) {
      return "";
    }
  }

  private List<String> keeperLog(String text) {
    return jpm.daemonLog().stream()
        .filter(line -> line.contains(" keeper: the daemon") && line.contains(text))
        .toList();
  }

  private List<String> limits() {
    return read(jpm.home().resolve("logs/ticker-out.log"))
        .lines()
        .filter(line -> line.startsWith("limit "))
        .toList();
  }

  private int lines(String file) {
    return (int) read(jpm.home().resolve("logs").resolve(file)).lines().count();
  }

  private static boolean kernelReportsExitsToNonParents() {
    var version = Pattern.compile("(\\d+)\\.(\\d+).*").matcher(System.getProperty("os.version"));
    assertThat(version.matches()).isTrue();
    int number = Integer.parseInt(version.group(1)) * 1000 + Integer.parseInt(version.group(2));
    return number >= 6015;
  }
}
