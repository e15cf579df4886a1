package io.jpm.e2e.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Load;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.Representatives;
import io.jpm.testing.TestGroup;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Processes that share a port: a probe asks the process that it is meant for, and a process that
/// is not ready receives no connections.
@Timeout(900)
@Needs(Need.NODE)
class ReadinessIT extends EndToEndTestBase {
  private static final Duration SOON = Duration.ofSeconds(60);

  /// Becomes ready some time after its start, but never if there is a file `bad` at its start, and
  /// not while there is a file `sick-PID`. If a client reaches it before a probe found it ready, it
  /// writes a file `early-PID`.
  private static final String SERVER =
      """
      const fs = require('fs');
      const http = require('http');
      const bad = fs.existsSync('bad');
      const begun = Date.now();
      let found = false;
      fs.appendFileSync('made', `${process.pid}\\n`);
      http.createServer((request, response) => {
        if (request.url === '/health') {
          const well = !bad && Date.now() - begun > 700 && !fs.existsSync(`sick-${process.pid}`);
          found = found || well;
          response.statusCode = well ? 200 : 503;
        } else if (!found) {
          fs.appendFileSync(`early-${process.pid}`, `${request.url}\\n`);
        }
        response.end(`${process.pid}\\n`);
      }).listen(Number(process.env.PORT));
      """;

  /// A balancing mode with its strategy.
  enum ModeAndStrategy {
    KERNEL("node", "kernel"),
    ROUND_ROBIN("node", "round_robin"),
    PROXY("proxy", "round_robin");

    final String balance;
    final String strategy;

    ModeAndStrategy(String balance, String strategy) {
      this.balance = balance;
      this.strategy = strategy;
    }
  }

  private int port;

  @BeforeEach
  void open() throws IOException {
    jpm.script("server.js", SERVER);
    port = FreePort.find();
  }

  private JsonObject probe() {
    return new JsonObject()
        .put("http", "http://127.0.0.1:%d/health".formatted(port))
        .put("interval", "200ms")
        .put("failures", 2);
  }

  private void start(ModeAndStrategy modeAndStrategy, JsonObject more) throws IOException {
    JsonObject app =
        new JsonObject()
            .put("name", "web")
            .put("script", "server.js")
            .put("port", port)
            .put("instances", 3)
            .put("balance", modeAndStrategy.balance)
            .put("strategy", modeAndStrategy.strategy)
            .put("listen_timeout", "8s")
            .mergeIn(more);
    Path file = jpm.work().resolve("apps.json");
    Files.writeString(file, new JsonObject().put("apps", new JsonArray().add(app)).encode());
    jpm.run("start", file.toString()).ok();
  }

  private List<Integer> pids() {
    return jpm.list().stream().map(app -> app.getInteger("pid")).toList();
  }

  private void createFile(String name) throws IOException {
    Files.writeString(jpm.work().resolve(name), "");
  }

  private List<String> filesOfEarlyClients() throws IOException {
    try (Stream<Path> files = Files.list(jpm.work())) {
      return files
          .map(it -> it.getFileName().toString())
          .filter(it -> it.startsWith("early-"))
          .toList();
    }
  }

  private long startedProcesses() throws IOException {
    return Files.readAllLines(jpm.work().resolve("made")).size();
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource(ModeAndStrategy.class)
  void buildThatIsNotReadyReplacesNoProcessAndReceivesNoConnections(ModeAndStrategy modeAndStrategy)
      throws Exception {
    start(modeAndStrategy, new JsonObject().put("readiness", probe()));
    List<Integer> before = pids();
    int clients = TestGroup.choose(1, 4);
    try (Load load = new Load(port).keepAlive(clients).closing(clients)) {
      createFile("bad");
      String told = jpm.run("reload", "web").failed().err();
      assertThat(told).contains("http://127.0.0.1:%d/health returned 503".formatted(port));
      assertThat(pids()).isEqualTo(before);
      assertThat(startedProcesses()).as("processes started").isEqualTo(4);

      Files.delete(jpm.work().resolve("bad"));
      jpm.run("reload", "web").ok();
      assertThat(pids()).hasSize(3).doesNotContainAnyElementsOf(before);
      load.stop();
      assertThat(load.failures()).isEmpty();
      assertThat(load.done("close")).isPositive();
      assertThat(load.done("keep-alive")).isPositive();
    }
    assertThat(filesOfEarlyClients()).isEmpty();
  }

  @ParameterizedTest
  @Tag("slow")
  @EnumSource(ModeAndStrategy.class)
  void livenessReplacesOnlyTheFailingProcessEvenUnderTheNextDaemon(ModeAndStrategy modeAndStrategy)
      throws Exception {
    start(modeAndStrategy, new JsonObject().put("readiness", probe()).put("liveness", probe()));
    assertOnlyOneIsReplaced(1);
    jpm.killDaemon();
    jpm.awaitDaemon();
    assertOnlyOneIsReplaced(2);
    assertThat(filesOfEarlyClients()).isEmpty();
  }

  /// Makes the process of one instance fail its probes, and checks that only this process is
  /// replaced.
  private void assertOnlyOneIsReplaced(int place) throws IOException {
    List<Integer> before = pids();
    createFile("sick-" + before.get(place));
    Eventually.await(
        "the failing process is replaced",
        SOON,
        () -> {
          JsonObject it = jpm.list().get(place);
          return !it.getInteger("pid").equals(before.get(place))
              && it.getJsonObject("pm2_env").getString("status").equals("online");
        },
        () -> jpm.run("ls").out());
    List<Integer> expected = new ArrayList<>(before);
    expected.set(place, pids().get(place));
    assertThat(pids()).isEqualTo(expected);
    assertThat(jpm.run("events", "--lines", "50").out())
        .contains("liveness: http://127.0.0.1:%d/health returned 503".formatted(port));
  }

  @ParameterizedTest
  @Tag("slow")
  @EnumSource(ModeAndStrategy.class)
  void processThatIsNoLongerReadyReceivesNoConnections(ModeAndStrategy modeAndStrategy)
      throws Exception {
    start(modeAndStrategy, new JsonObject().put("readiness", probe()));
    int ill = pids().get(1);
    createFile("sick-" + ill);
    Eventually.await(
        "an instance is unhealthy",
        SOON,
        () -> jpm.run("ls").out().contains("unhealthy"),
        this::listed);
    assertThat(answeringPids()).isNotEmpty().doesNotContain(Integer.toString(ill));
    Files.delete(jpm.work().resolve("sick-" + ill));
    Eventually.await(
        "the recovered process answers",
        SOON,
        () -> answeringPids().contains(Integer.toString(ill)),
        this::listed);
  }

  private String listed() {
    return jpm.run("ls").out();
  }

  private List<String> answeringPids() {
    Load load = new Load(port).closing(4);
    Eventually.await("100 requests are answered", SOON, () -> load.done("close") > 100);
    load.stop();
    assertThat(load.failures()).isEmpty();
    return List.copyOf(load.answers().keySet());
  }

  @Test
  @Tag("slow")
  void probeThatAnyProcessCouldAnswerIsRefused() throws IOException {
    Path file = jpm.work().resolve("apps.json");
    JsonObject app =
        new JsonObject()
            .put("name", "web")
            .put("script", "server.js")
            .put("listen", new JsonArray().add(port))
            .put("readiness", probe());
    Files.writeString(file, new JsonObject().put("apps", new JsonArray().add(app)).encode());
    for (String command : List.of("validate", "start", "apply")) {
      assertThat(jpm.run(command, file.toString()).failed().err())
          .contains("readiness: probes %d from listen".formatted(port))
          .contains("any instance may accept the connection");
    }
  }
}
