package io.jpm.e2e.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.Jpm;
import io.jpm.e2e.Load;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestGroup;
import java.io.IOException;
import java.nio.file.Files;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// `jpm gracefulReload` with Node servers that finish their requests when they receive the message
/// `shutdown`, and abort them when they receive a signal. All tests share one home.
@Timeout(300)
@Needs(Need.NODE)
class GracefulReloadIT {
  private static final int RELOADS = TestGroup.choose(1, 5);
  private static final String ASKED = "web: sent the message 'shutdown' to the old process";

  private static final String SERVER =
      """
      process.on('SIGINT', () => process.exit(7)).on('SIGTERM', () => process.exit(7));
      const server = require('http').createServer((request, response) =>
        request.resume().on('end', () => setTimeout(() => response.end(String(process.pid)), 5)));
      server.listen(%d);
      """;

  private static final String FINISHES =
      "process.on('message', (message) => message === 'shutdown' && server.close(() => process.exit(0)));";

  private static Jpm jpm;

  private int port;

  @BeforeAll
  static void openHome() throws IOException {
    jpm = new Jpm();
  }

  @BeforeEach
  void findPort() throws IOException {
    port = FreePort.find();
  }

  @AfterEach
  void removeApps() throws IOException {
    jpm.clear();
  }

  @AfterAll
  static void closeHome() throws IOException {
    jpm.close();
  }

  private void start(String program, String... options) throws IOException {
    String script = jpm.script("web.js", program).toString();
    String[] line = {"start", script, "--name", "web", "--listen-timeout", "60s"};
    String[] all = new String[line.length + options.length];
    System.arraycopy(line, 0, all, 0, line.length);
    System.arraycopy(options, 0, all, line.length, options.length);
    jpm.run(all).ok();
    awaitAnswers();
  }

  private void awaitAnswers() {
    try (Load load = new Load(port)) {
      Eventually.await("the server answers", Jpm.LONG, () -> answers(load));
    }
  }

  private static boolean answers(Load load) {
    try {
      return !load.get().isEmpty();
    } catch (IOException notYet) {
      return false;
    }
  }

  private void assertNoRequestIsLost(String note) {
    try (Load load = new Load(port).keepAlive(2).closing(2)) {
      for (int i = 0; i < RELOADS; i++) {
        Jpm.Result result = jpm.run("gracefulReload", "web").ok();
        assertThat(result.out())
            .contains("Reloaded web", note)
            .doesNotContain("gap", "SIGKILL", "exit 7");
      }
      load.stop();
      assertThat(load.failures()).isEmpty();
      assertThat(load.done("close")).isPositive();
      assertThat(load.done("keep-alive")).isPositive();
    }
  }

  /// The server exits when it has no connections and no listener for messages any more.
  @Test
  void serverInForkModeFinishesItsRequests() throws IOException {
    start(SERVER.formatted(port) + "process.once('message', () => server.close());");
    Eventually.await(
        "it is known that a reload has no gap",
        Jpm.LONG,
        () -> jpm.run("describe", "web").ok().out().contains("without a gap"));
    assertNoRequestIsLost(ASKED + ", with 30 s (kill_timeout) to exit");
  }

  @Test
  void clusterWorkersFinishTheirRequests() throws IOException {
    start(SERVER.formatted(port) + FINISHES, "-i", "2", "--kill-timeout", "20s");
    assertNoRequestIsLost(
        "web: sent the message 'shutdown' to 2 old processes, with 20 s (kill_timeout) to exit");
  }

  /// The message `ready` alone does not show that the app reads messages.
  @Test
  void serverThatHandlesOnlySignalsReceivesItsStopSignal() throws IOException {
    start(
        SERVER.formatted(port).replace("process.exit(7)", "server.close(() => process.exit(0))")
            + "process.send('ready');");
    assertNoRequestIsLost(
        "web: stopped the old process with SIGINT, because the app does not read messages from its IPC channel");
  }

  @Test
  @Needs({Need.NODE, Need.NPM})
  void serverStartedByNpmFinishesItsRequests() throws IOException {
    jpm.script(
        "web.js",
        SERVER.formatted(port)
            + FINISHES
            + "setInterval(() => {}, 1000);"
            + "process.on('exit', (code) => console.log('code', code));");
    Files.writeString(
        jpm.work().resolve("package.json"),
        "{\"name\": \"web\", \"scripts\": {\"start\": \"node build.js && node web.js\"}}");
    jpm.script("build.js", "setTimeout(() => {}, 50);");
    String work = jpm.work().toString();
    jpm.run("start", "npm", "--name", "web", "--cwd", work, "--kill-timeout", "20s", "--", "start")
        .ok();
    awaitAnswers();
    Eventually.await(
        "it is known that a reload has no gap",
        Jpm.LONG,
        () -> jpm.run("describe", "web").ok().out().contains("without a gap"));
    assertNoRequestIsLost(ASKED + ", with 20 s (kill_timeout) to exit");
    assertThat(jpm.run("logs", "web", "--nostream", "--raw").ok().out())
        .contains("code 0")
        .doesNotContain("code 7");
  }

  /// Only the build step has a listener for messages.
  @Test
  @Needs({Need.NODE, Need.NPM})
  void serverStartedByNpmReceivesItsStopSignalIfItReadsNoMessages() throws IOException {
    jpm.script("build.js", "process.on('message', () => {}); setTimeout(process.exit, 50);");
    jpm.script(
        "web.js",
        SERVER.formatted(port).replace("process.exit(7)", "server.close(() => process.exit(0))"));
    Files.writeString(
        jpm.work().resolve("package.json"),
        "{\"name\": \"web\", \"scripts\": {\"start\": \"node build.js && node web.js\"}}");
    jpm.run("start", "npm", "--name", "web", "--cwd", jpm.work().toString(), "--", "start").ok();
    awaitAnswers();
    Eventually.await(
        "it is known that a reload has no gap",
        Jpm.LONG,
        () -> jpm.run("describe", "web").ok().out().contains("without a gap"));
    assertNoRequestIsLost(
        "web: stopped the old process with SIGINT, because the app does not read messages from its IPC channel");
  }

  @Test
  void processThatIgnoresTheMessageIsKilledAfterTheTimeout() throws IOException {
    start(
        SERVER.formatted(port) + "process.on('message', () => {}); setInterval(() => {}, 1000);",
        "-i",
        "1",
        "--kill-timeout",
        "700");
    int old = jpm.pid("web");
    assertThat(jpm.run("graceful-reload", "web").ok().out())
        .contains(
            "Reloaded web",
            ASKED + ", with 700 ms (kill_timeout) to exit",
            "did not exit within 700 ms: killed (SIGKILL after the shutdown message)");
    assertThat(Jpm.alive(old)).isFalse();
  }

  @Test
  void shutdownWithMessageMakesAllStopsUseTheMessage() throws IOException {
    start(
        SERVER.formatted(port)
            + FINISHES
            + "process.on('exit', (code) => console.log('code', code));",
        "--shutdown-with-message",
        "--kill-timeout",
        "20s");
    for (String command : new String[] {"reload", "restart", "stop"}) {
      jpm.run("flush", "web").ok();
      jpm.run(command, "web").ok();
      Eventually.await(
          "the old process has ended by itself",
          Jpm.LONG,
          () -> jpm.run("logs", "web", "--nostream", "--raw").ok().out().contains("code 0"));
    }
  }
}
