package io.jpm.e2e.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestGroup;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The main tasks, through `bin/jpm`: start, supervise, show, keep alive, end.
@Timeout(300)
class LifecycleIT extends EndToEndTestBase {
  private static final String TICKER =
      """
      #!/bin/bash
      exec 9<> <(:); wait $!
      n=0
      while :; do n=$((n+1)); echo "tick $n"; read -rt 0.01 -u 9; done
      """;

  @Test
  @Needs({Need.NODE, Need.PYTHON})
  void theExamplesStartAndAnswerAndLog() throws Exception {
    int web = freePort();
    int api = freePort();
    Path examples = copyOfExamples(web, api);
    Jpm.Result started = jpm.run("start", examples.resolve("ecosystem.json").toString()).ok();
    assertThat(started.out()).contains("web", "worker", "api", "ticker", "online");
    Eventually.await("web answers", Jpm.LONG, () -> status(web) == 200);
    Eventually.await("api answers", Jpm.LONG, () -> status(api) == 200);
    for (String name : List.of("web", "worker", "api", "ticker")) {
      Eventually.await(name + " has logged", Jpm.LONG, () -> !logLines(name).isEmpty());
    }
    Jpm.Result logs = jpm.run("logs", "--nostream").ok();
    assertThat(logs.out()).contains("|web", "|worker", "|api", "|ticker");

    for (String name : List.of("web", "worker", "api", "ticker")) {
      int before = jpm.pid(name);
      Jpm.kill(before);
      Eventually.await(
          name + " is online again",
          Jpm.LONG,
          () -> jpm.restarts(name) == 1 && jpm.status(name).equals("online"));
      assertThat(jpm.pid(name)).isNotEqualTo(before).isPositive();
    }
  }

  @Test
  void appsOutliveTheDaemonWithPidCountersAndLog() throws Exception {
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    Jpm.kill(jpm.pid("ticker"));
    Eventually.await("ticker is restarted", Jpm.LONG, () -> jpm.restarts("ticker") == 1);
    jpm.awaitStatus("ticker", "online");
    int pid = jpm.pid("ticker");
    int begun = jpm.log("ticker-out.log").size();
    Eventually.await("ticker prints", Jpm.LONG, () -> lines("ticker-out.log") > begun + 20);
    for (int i = 0; i < TestGroup.choose(1, 3); i++) {
      int before = lines("ticker-out.log");
      jpm.killDaemon();
      assertThat(Jpm.alive(pid)).isTrue();
      assertThat(jpm.run("ls").ok().out()).contains("ticker", "online");
      assertThat(jpm.pid("ticker")).isEqualTo(pid);
      assertThat(jpm.restarts("ticker")).isEqualTo(1);
      Eventually.await("ticker continues", Jpm.LONG, () -> lines("ticker-out.log") > before + 20);
    }
    jpm.run("stop", "ticker").ok();
    List<String> log = jpm.log("ticker-out.log");
    List<String> second = log.subList(log.lastIndexOf("tick 1"), log.size());
    assertThat(second)
        .isEqualTo(IntStream.rangeClosed(1, second.size()).mapToObj(n -> "tick " + n).toList());
  }

  @Test
  void aCrashWhileNoDaemonRunsIsNoticedByTheNext() throws Exception {
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    int pid = jpm.pid("ticker");
    jpm.killDaemon();
    Jpm.kill(pid);
    Eventually.await(
        "ticker runs again",
        Jpm.LONG,
        () -> jpm.status("ticker").equals("online") && jpm.pid("ticker") != pid);
    assertThat(jpm.restarts("ticker")).isEqualTo(1);
  }

  @Test
  @Tag("slow")
  void anAdoptedAppIsSupervisedAsBefore() throws Exception {
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    jpm.killDaemon();
    int pid = jpm.pid("ticker");
    Jpm.kill(pid);
    Eventually.await("ticker is restarted", Jpm.LONG, () -> jpm.restarts("ticker") == 1);
    jpm.killDaemon();
    jpm.run("delete", "ticker").ok();
    assertThat(jpm.list()).isEmpty();
  }

  @Test
  @Tag("slow")
  void helperInItsOwnSessionIsNotMistakenForTheApp() throws Exception {
    Path file =
        jpm.script(
            "leader.sh",
            """
            #!/bin/bash
            setsid sleep 1000 &
            echo ready
            exec 9<> <(:); wait $!
            while :; do read -rt 9 -u 9; done
            """);
    jpm.run("start", file.toString()).ok();
    Eventually.await("leader is ready", Jpm.LONG, () -> lines("leader-out.log") == 1);
    int pid = jpm.pid("leader");
    jpm.killDaemon();
    assertThat(jpm.pid("leader")).isEqualTo(pid);
    Jpm.kill(pid);
    Eventually.await("leader is restarted", Jpm.LONG, () -> jpm.restarts("leader") == 1);
  }

  @Test
  @Tag("slow")
  void leftoversOfAnAppThatDiedWithoutADaemonAreEndedBeforeItsRestart() throws Exception {
    Path file =
        jpm.script(
            "parent.sh",
            """
            #!/bin/bash
            setsid sleep 1000 &
            sleep 1000 &
            echo "children $(jobs -p | tr '\\n' ' ')"
            exec 9<> <(:); wait $!
            while :; do read -rt 9 -u 9; done
            """);
    jpm.run("start", file.toString()).ok();
    Eventually.await("parent has children", Jpm.LONG, () -> lines("parent-out.log") == 1);
    List<Integer> children =
        java.util.regex.Pattern.compile("[0-9]+")
            .matcher(jpm.log("parent-out.log").getFirst())
            .results()
            .map(number -> Integer.valueOf(number.group()))
            .toList();
    assertThat(children).hasSize(2);
    int pid = jpm.pid("parent");
    jpm.killDaemon();
    Jpm.kill(pid);
    Eventually.await(
        "parent runs again",
        Jpm.LONG,
        () -> jpm.status("parent").equals("online") && jpm.pid("parent") != pid);
    assertThat(children).noneMatch(Jpm::running);
  }

  @Test
  void stopInProgressIsFinishedByTheNextDaemon() throws Exception {
    Path file =
        jpm.script(
            "deaf.sh",
            "#!/bin/bash\ntrap '' INT\necho up\nexec 9<> <(:); wait $!\nwhile :; do read -rt 9 -u 9; done\n");
    jpm.run("start", file.toString(), "--kill-timeout", "2000").ok();
    Eventually.await("deaf is ready", Jpm.LONG, () -> lines("deaf-out.log") == 1);
    int pid = jpm.pid("deaf");
    Process stop = jpm.begin("stop", "deaf");
    jpm.awaitStatus("deaf", "stopping");
    jpm.killDaemon();
    jpm.awaitStatus("deaf", "stopped");
    assertThat(Jpm.running(pid)).isFalse();
    Jpm.finish(stop);
  }

  @Test
  @Tag("slow")
  void aProgramThatExitsAtOnceIsErroredAfterSixteenTries() throws Exception {
    Path file = jpm.script("broken.sh", "#!/bin/sh\necho run\nexit 3\n");
    jpm.run("start", file.toString());
    jpm.awaitStatus("broken", "errored");
    assertThat(jpm.restarts("broken")).isEqualTo(15);
    assertThat(jpm.log("broken-out.log")).hasSize(16);
    assertThat(jpm.run("describe", "broken").ok().out()).contains("exit 3", "16 runs in a row");
    assertThat(jpm.pid("broken")).isZero();
  }

  @Test
  void programThatCannotBeStartedIsReportedInOneLineAndNotListed() throws Exception {
    Path text = jpm.work().resolve("plain");
    Files.writeString(text, "no program\n");
    Path script = jpm.script("fine.sh", "echo hello\n");
    Path file = jpm.work().resolve("file");
    Files.writeString(file, "");
    assertOneLine(jpm.run("start", "./missing.js"), "missing.js");
    assertOneLine(
        jpm.run("start", script.toString(), "--interpreter", "no-such-thing"), "no-such-thing");
    assertOneLine(jpm.run("start", text.toString()), "plain");
    assertOneLine(jpm.run("start", script.toString(), "--cwd", file.toString()), "cwd");
    assertOneLine(jpm.run("start", script.toString(), "--cwd", "/no/such/place"), "/no/such/place");
    assertThat(jpm.list()).isEmpty();
  }

  private static void assertOneLine(Jpm.Result result, String mentions) {
    result.failed();
    assertThat(result.err().strip().lines()).as(result.err()).hasSize(1);
    assertThat(result.err()).contains(mentions);
  }

  @Test
  void theWholeTreeIsGoneAfterAStop() throws Exception {
    Path tree =
        jpm.script(
            "tree.sh",
            """
            #!/bin/bash
            sh -c 'while :; do sleep 1; done' &
            setsid sh -c 'trap "" INT TERM; while :; do sleep 1; done' &
            (setsid sh -c 'sleep 1000' &) &
            trap '' INT
            echo ready
            while :; do sleep 1; done
            """);
    jpm.run("start", tree.toString(), "--kill-timeout", "500").ok();
    Eventually.await("the tree has started", Jpm.LONG, () -> lines("tree-out.log") == 1);
    Eventually.await("the tree is complete", Jpm.LONG, () -> jpm.appProcesses().size() >= 7);
    jpm.run("stop", "tree").ok();
    assertThat(jpm.appProcesses()).isEmpty();
    jpm.run("restart", "tree").ok();
    Eventually.await("the tree is complete again", Jpm.LONG, () -> jpm.appProcesses().size() >= 7);
    jpm.run("delete", "all").ok();
    assertThat(jpm.appProcesses()).isEmpty();
    assertThat(jpm.list()).isEmpty();
    jpm.run("kill").ok();
    Eventually.await("the daemon is gone", Jpm.LONG, () -> jpm.liveProcesses().isEmpty());
  }

  @Test
  @Tag("slow")
  void instancesAreIndependentAndNumbered() throws Exception {
    Path file =
        jpm.script("who.sh", "#!/bin/sh\necho \"I am $NODE_APP_INSTANCE\"\nexec sleep 1000\n");
    jpm.run("start", file.toString(), "-i", "3", "--name", "who").ok();
    List<JsonObject> apps = jpm.list();
    assertThat(apps).hasSize(3);
    assertThat(apps.stream().map(app -> app.getInteger("pid")).distinct()).hasSize(3);
    for (int i = 0; i < 3; i++) {
      String log = "who-out-" + i + ".log";
      String line = "I am " + i;
      Eventually.await(log, Jpm.LONG, () -> logOf(log).equals(List.of(line)));
    }
    jpm.run("stop", "1").ok();
    assertThat(jpm.list().stream().map(app -> app.getJsonObject("pm2_env").getString("status")))
        .containsExactly("online", "stopped", "online");
  }

  @Test
  void argumentsAndWorkingDirectoryArriveAsTyped() throws Exception {
    Path file =
        jpm.script("args.sh", "#!/bin/sh\nprintf '<%s>\\n' \"$@\" \"$PWD\"\nexec sleep 1000\n");
    jpm.run("start", file.toString(), "--", "a b", "", "--name", "\"q\"", "ü", "$HOME").ok();
    Eventually.await("all lines are logged", Jpm.LONG, () -> lines("args-out.log") == 7);
    assertThat(jpm.log("args-out.log"))
        .containsExactly(
            "<a b>", "<>", "<--name>", "<\"q\">", "<ü>", "<$HOME>", "<" + jpm.work() + ">");
  }

  @Test
  @Tag("slow")
  void twentyConcurrentCommandsStartOneDaemon() throws Exception {
    List<Process> clients = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      clients.add(jpm.begin("ls"));
    }
    for (Process client : clients) {
      Jpm.finish(client).ok();
    }
    assertThat(jpm.liveProcesses().stream().filter(p -> p.contains("io.jpm.daemon"))).hasSize(1);
    assertThat(Files.readString(jpm.home().resolve("jpm.log")).lines())
        .filteredOn(line -> line.contains("is starting, pid"))
        .hasSize(1);
  }

  @Test
  @Tag("slow")
  void stdoutOfJlistIsJsonEvenWhenItStartsTheDaemon() {
    assertThat(jpm.run("jlist").ok().out().strip()).isEqualTo("[]");
  }

  @Test
  @Tag("slow")
  void logsFollowsNewLines() throws Exception {
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    Process follower = jpm.begin("logs", "ticker", "--lines", "0", "--raw");
    try (var reader = follower.inputReader()) {
      int first = Integer.parseInt(nextTick(reader));
      for (int n = first + 1; n < first + 50; n++) {
        assertThat(nextTick(reader)).isEqualTo(Integer.toString(n));
      }
    } finally {
      follower.destroy();
    }
  }

  private static String nextTick(java.io.BufferedReader reader) throws IOException {
    while (true) {
      String line = reader.readLine();
      assertThat(line).as("the next line of the stream").isNotNull();
      if (line.startsWith("tick ")) {
        return line.substring(5);
      }
    }
  }

  @Test
  @Tag("slow")
  void damagedJournalFallsBackToThePreviousGeneration() throws Exception {
    jpm.settings("{\"keeper\": {\"enabled\": false}}"); // no daemon may start in between
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    Eventually.await(
        "the journal has a previous generation",
        Jpm.LONG,
        () -> {
          jpm.run("restart", "ticker").ok();
          return Files.exists(jpm.home().resolve("state.json.1"));
        });
    int pid = jpm.pid("ticker");
    jpm.killDaemon();
    Files.writeString(jpm.home().resolve("state.json"), "{\"v\":1,\"next");
    assertThat(jpm.pid("ticker")).isEqualTo(pid);
    assertThat(Files.readString(jpm.home().resolve("jpm.log")))
        .containsPattern("state.json is damaged")
        .containsPattern("state.json.(1|old) is used");
  }

  @Test
  @Tag("slow")
  void killEndsEverythingAndEmptiesTheList() throws Exception {
    jpm.run("start", jpm.script("ticker.sh", TICKER).toString()).ok();
    jpm.run("kill").ok();
    Eventually.await("no process runs", Jpm.LONG, () -> jpm.liveProcesses().isEmpty());
    assertThat(jpm.list()).isEmpty();
  }

  @Test
  @Tag("slow")
  void theSecondStartOfTheSameAppIsRefusedAndChangesNothing() throws Exception {
    String file = jpm.script("ticker.sh", TICKER).toString();
    jpm.run("start", file).ok();
    int pid = jpm.pid("ticker");
    assertThat(jpm.run("start", file).failed().err()).contains("already running");
    assertThat(jpm.list()).hasSize(1);
    assertThat(jpm.pid("ticker")).isEqualTo(pid);
    jpm.run("restart", "ticker").ok();
    assertThat(jpm.pid("ticker")).isNotEqualTo(pid);
    assertThat(jpm.restarts("ticker")).isEqualTo(1);
  }

  private int lines(String file) {
    return logOf(file).size();
  }

  private List<String> logOf(String file) {
    try {
      return jpm.log(file);
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  private List<String> logLines(String app) {
    return logOf(app + "-out.log");
  }

  private static int status(int port) {
    try (HttpClient client = HttpClient.newHttpClient()) {
      return client
          .send(
              HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/")).build(),
              HttpResponse.BodyHandlers.discarding())
          .statusCode();
    } catch (IOException notYet) {
      return 0;
    } catch (InterruptedException error) {
      throw new AssertionError(error);
    }
  }

  private static int freePort() throws IOException {
    return FreePort.find();
  }

  private Path copyOfExamples(int web, int api) throws IOException {
    Path from = Jpm.ROOT.resolve("examples");
    Path to = jpm.work().resolve("examples");
    try (var files = Files.walk(from)) {
      for (Path file : files.toList()) {
        Files.copy(file, to.resolve(from.relativize(file).toString()));
      }
    }
    Path ecosystem = to.resolve("ecosystem.json");
    String text = Files.readString(ecosystem);
    assertThat(text).contains("3010", "3020");
    Files.writeString(
        ecosystem,
        text.replace("3010", Integer.toString(web)).replace("3020", Integer.toString(api)));
    return to;
  }
}
