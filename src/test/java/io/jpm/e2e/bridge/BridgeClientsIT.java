package io.jpm.e2e.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.client.App;
import io.jpm.client.Apps;
import io.jpm.client.Endpoint;
import io.jpm.client.Event;
import io.jpm.client.EventFollower;
import io.jpm.client.GapReason;
import io.jpm.client.Instance;
import io.jpm.client.JpmClient;
import io.jpm.client.JpmException;
import io.jpm.client.Request;
import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.TestDeadline;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.Writer;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Clients in four languages at a real daemon. Each starts an app, receives its events in order,
/// reconnects without a gap after the daemon was killed, and stops the app.
@Timeout(300)
class BridgeClientsIT extends EndToEndTestBase {
  private static final Path EXAMPLES = Jpm.ROOT.resolve("examples/bridge");

  @BeforeEach
  void open() {
    jpm.run("ping").ok();
  }

  /// An event in the form `SEQ EVENT APP`, as the examples print it before the reason.
  private static String line(JsonObject event) {
    return "%s %s %s"
        .formatted(
            event.getLong("seq"),
            event.getString("event"),
            Objects.requireNonNullElse(event.getString("app"), "-"));
  }

  /// Returns the events that the daemon has stored since the start of this app, without its
  /// deletion.
  private List<String> storedEvents(String app) {
    List<String> all =
        jpm.run("events", "--json", "--lines", "1000")
            .ok()
            .out()
            .lines()
            .map(JsonObject::new)
            .map(BridgeClientsIT::line)
            .toList();
    return all.stream()
        .dropWhile(line -> !line.endsWith(" start " + app))
        .filter(line -> !line.endsWith(" delete " + app))
        .toList();
  }

  /// Causes events three times: a restart, the death of the daemon, and the death of the app while
  /// no client is connected.
  private void causeEvents(String app) throws IOException {
    for (int round = 0; round < 3; round++) {
      jpm.run("restart", app).ok();
      int process = jpm.pid(app);
      long before = jpm.daemonPid();
      jpm.killDaemon();
      Jpm.kill(process);
      Eventually.await(
          "another daemon is running", Jpm.LONG, () -> isReplaced(before), jpm::daemonLog);
      jpm.run("ping").ok();
      jpm.awaitStatus(app, "online");
      int deaths = round + 1;
      Eventually.await(
          "the history has the start of the daemon",
          Jpm.LONG,
          () -> daemonStarts(storedEvents(app)) == deaths,
          () -> storedEvents(app));
    }
  }

  /// Returns how many daemons have started.
  private static long daemonStarts(List<String> events) {
    return events.stream().filter(line -> line.contains(" daemon_started ")).count();
  }

  private boolean isReplaced(long before) {
    try {
      return jpm.daemonPid() != before && Jpm.running((int) jpm.daemonPid());
    } catch (IOException | NumberFormatException notYet) {
      return false;
    }
  }

  @ParameterizedTest
  @Tag("slow")
  @CsvSource({
    "node, node/client.js, unix",
    "node, node/client.js, tcp",
    "python3, python/client.py, unix",
    "python3, python/client.py, tcp",
    "bash, bash/client.sh, tcp"
  })
  void exampleStartsAnAppFollowsItReconnectsAndStopsIt(String language, String file, String way)
      throws Exception {
    switch (language) {
      case "node" -> Need.assume(Need.NODE);
      case "python3" -> Need.assume(Need.PYTHON);
      default -> {}
    }
    String app = "example-" + file.substring(0, file.indexOf('/'));
    String script = jpm.script("app.sh", "#!/bin/sh\nexec sleep 1000\n").toString();
    Path out = jpm.work().resolve("out");
    Path err = jpm.work().resolve("err");
    Process client =
        jpm.launch(
            List.of(language, EXAMPLES.resolve(file).toString(), script, way), Map.of(), out, err);
    Eventually.await(
        "the client has received the start",
        Jpm.LONG,
        () -> hasPrinted(out, " online " + app),
        () -> read(err));
    causeEvents(app);
    try (Writer enter = client.outputWriter()) {
      enter.write("\n");
    }
    assertThat(client.waitFor(TestDeadline.scaledSeconds(Jpm.LONG.toSeconds()), TimeUnit.SECONDS))
        .as(read(err))
        .isTrue();
    assertThat(client.exitValue()).as(read(err)).isZero();
    assertThat(jpm.list()).isEmpty();
    List<String> seen =
        read(out)
            .lines()
            .map(line -> String.join(" ", List.of(line.split(" ")).subList(0, 3)))
            .dropWhile(line -> !line.endsWith(" start " + app))
            .toList();
    assertThat(seen).as(read(err)).isEqualTo(storedEvents(app));
    assertThat(daemonStarts(seen)).isEqualTo(3);
    assertThat(read(err)).contains("not connected");
  }

  private static boolean hasPrinted(Path out, String what) {
    return read(out).contains(what);
  }

  private static String read(Path file) {
    try {
      return Files.exists(file) ? Files.readString(file) : "";
    } catch (IOException e) {
      return e.toString();
    }
  }

  /// Records what a follower receives, in the form in which the examples print it.
  private static final class RecordingFollower implements EventFollower {
    final List<String> events = new CopyOnWriteArrayList<>();
    final List<String> losses = new CopyOnWriteArrayList<>();

    @Override
    public void take(Event event) {
      events.add("%s %s %s".formatted(event.seq(), event.event(), event.app().orElse("-")));
    }

    @Override
    public void missed(GapReason gapReason) {
      events.add(gapReason.toString());
    }

    @Override
    public void interrupted(JpmException why) {
      losses.add(why.getMessage());
    }
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(booleans = {true, false})
  void javaClientStartsAnAppFollowsItReconnectsAndStopsIt(boolean tcp) throws Exception {
    String script = jpm.script("app.sh", "#!/bin/sh\nexec sleep 1000\n").toString();
    Endpoint endpoint = tcp ? new Endpoint.HomePort(jpm.home()) : Endpoint.home(jpm.home());
    RecordingFollower recordingFollower = new RecordingFollower();
    try (JpmClient client = JpmClient.connect(endpoint)) {
      client.followEvents(recordingFollower);
      Instance web =
          client.ask(Request.start(Apps.of(App.of("web", script)))).instances().getFirst();
      assertThat(web.status()).isEqualTo("online");
      causeEvents("web");
      assertThat(client.ask(Request.stop("web")).instances().getFirst().status())
          .isEqualTo("stopped");
      Eventually.await(
          "the follower has received the stop",
          Jpm.LONG,
          () -> recordingFollower.events.stream().anyMatch(line -> line.endsWith(" stop web")),
          () -> recordingFollower.events);
      assertThat(recordingFollower.events).isEqualTo(storedEvents("web"));
      assertThat(daemonStarts(recordingFollower.events)).isEqualTo(3);
      assertThat(recordingFollower.losses).isNotEmpty(); // two during one pause are reported as one
      client.ask(Request.delete("web"));
      assertThat(client.ask(Request.list()).instances()).isEmpty();
    }
  }

  @Test
  void theJavaClientReadsLinesUsageAndLogs() throws Exception {
    String script =
        jpm.script("echo.sh", "#!/bin/sh\nwhile read -r line; do echo \"got $line\"; done\n")
            .toString();
    List<String> lines = new CopyOnWriteArrayList<>();
    List<String> used = new CopyOnWriteArrayList<>();
    try (JpmClient client = JpmClient.connect(Endpoint.home(jpm.home()))) {
      client.followLines(
          "echo", logBatch -> logBatch.lines().forEach(line -> lines.add(line.text())));
      client.followUsage(usage -> usage.instances().forEach(instance -> used.add(instance.app())));
      client.ask(Request.start(Apps.of(App.of("echo", script))));
      client.ask(Request.writeInput("echo", "this"));
      Eventually.await(
          "the client has received the line",
          Jpm.LONG,
          () -> lines.equals(List.of("got this")),
          () -> lines);
      Eventually.await(
          "the client has received the usage", Jpm.LONG, () -> used.contains("echo"), () -> used);
      assertThat(client.ask(Request.logs(10, "echo")).lines())
          .anySatisfy(line -> assertThat(line.text()).isEqualTo("got this"));
      assertThat(client.ask(Request.describe("echo")).instances().getFirst().spec())
          .containsEntry("name", "echo");
      assertThat(client.ask(Request.ping()).home()).isEqualTo(jpm.home());
    }
  }

  @Test
  void everyRequestIsUnderstoodByARealDaemon() throws Exception {
    String script = jpm.script("app.sh", "#!/bin/sh\nexec sleep 1000\n").toString();
    Apps apps = Apps.of(App.of("web", script)).from(jpm.work().resolve("apps.json"));
    Stream<Request<?>> requests =
        Stream.of(
            Request.plan(apps),
            Request.apply(apps),
            Request.start("web"),
            Request.scale("web", 2),
            Request.scaleBy("web", -1),
            Request.restart("web"),
            Request.reload("web").parallel(2),
            Request.signal("SIGCONT", "web"),
            Request.reset("all"),
            Request.eventsAfter(0, 10).of("web"),
            Request.save(),
            Request.stop("web"),
            Request.delete("web"),
            Request.resurrect(),
            Request.list("web"));
    try (JpmClient client = JpmClient.connect(new Endpoint.HomePort(jpm.home()))) {
      requests.forEach(request -> assertThat(client.ask(request)).as("%s", request).isNotNull());
      assertThat(client.ask(Request.list("web")).instances()).hasSize(1);
      JpmException none =
          org.assertj.core.api.Assertions.catchThrowableOfType(
              JpmException.class, () -> client.ask(Request.trigger("gc", "nobody").parameter("x")));
      assertThat(none.code()).isEqualTo(JpmException.Code.NOT_FOUND);
    }
  }
}
