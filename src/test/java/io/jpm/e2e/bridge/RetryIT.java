package io.jpm.e2e.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.client.Endpoint;
import io.jpm.client.JpmClient;
import io.jpm.client.Request;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.Representatives;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// A command whose reply was lost is sent again by the client, and carried out once.
@Timeout(300)
class RetryIT {
  /// The bytes of the pong that the Java client waits for. It passes, but no reply does.
  private static final int PONG = 19;

  private Jpm jpm;

  @BeforeEach
  void open() throws IOException {
    jpm = new Jpm();
    // The keeper would start another daemon, which would die at the same moment again.
    jpm.settings("{\"keeper\": {\"enabled\": false}}");
  }

  @AfterEach
  void close() throws IOException {
    jpm.close();
  }

  private long count(String app) {
    return jpm.list().stream().filter(it -> it.getString("name").equals(app)).count();
  }

  @ParameterizedTest
  @Representatives(1)
  @ValueSource(strings = {"", "java"})
  void commandWhoseReplyIsLostIsCarriedOutOnce(String client) throws Exception {
    jpm.run("start", "sleep 98765", "--name", "web").ok();
    runWithLostReply(client, "scale", "web", "+2");
    assertThat(count("web")).isEqualTo(3);
    runWithLostReply(client, "restart", "web");
    assertThat(jpm.list()).allMatch(it -> restarts(it) == 1);
    runWithLostReply(client, "start", "sleep 98765", "--name", "other");
    assertThat(jpm.restarts("other")).isZero();
    runWithLostReply(client, "start", "other");
    assertThat(jpm.restarts("other")).isEqualTo(1);
    runWithLostReply(client, "delete", "other");
    assertThat(count("other")).isZero();
    runWithLostReply(client, "scale", "web", "-2");
    assertThat(count("web")).isEqualTo(1);
  }

  /// The caller has been told that the command failed, and may have repeated it.
  @ParameterizedTest
  @Tag("slow")
  @ValueSource(strings = {"", "java"})
  void commandWhoseCallerGaveUpIsNotStarted(String client) throws Exception {
    jpm.run("start", "sleep 98765", "--name", "web").ok();
    long daemon = jpm.daemonPid();
    var impatient = Map.of("JPM_TIMEOUT", "1", "JPM_CLIENT", client);
    jpm.shell("kill -STOP " + daemon).ok();
    try {
      for (int i = 0; i < 2; i++) {
        Jpm.Result result = Jpm.finish(jpm.begin(impatient, "scale", "web", "+2")).failed();
        assertThat(result.err()).contains("it drops this command unless it has already started it");
      }
    } finally {
      jpm.shell("kill -CONT " + daemon).ok();
    }
    jpm.run("scale", "web", "+1").ok();
    assertThat(count("web")).isEqualTo(2);
  }

  private static int restarts(io.vertx.core.json.JsonObject app) {
    return app.getJsonObject("pm2_env").getInteger("restart_time");
  }

  /// Runs a command over a connection that breaks once, before the first byte of the reply arrives.
  private void runWithLostReply(String client, String... words) throws IOException {
    try (ReplyLosingProxy replyLosingProxy = new ReplyLosingProxy(jpm.home(), 1, 0)) {
      Path home =
          replyLosingProxy.asHome(Files.createTempDirectory(jpm.work(), "relay").resolve("home"));
      Map<String, String> more = Map.of("JPM_HOME", home.toString(), "JPM_CLIENT", client);
      Jpm.Result result = Jpm.finish(jpm.begin(more, words));
      assertThat(replyLosingProxy.broken.get()).as("lost replies").isEqualTo(1);
      result.ok();
    }
  }

  @Test
  @Tag("slow")
  void requestWhoseReplyIsLostIsCarriedOutOnce() throws Exception {
    Path signals = jpm.work().resolve("signals");
    Path script =
        jpm.script(
            "app.sh",
            "#!/bin/bash\ntrap 'echo got >>%s' USR2\necho ready\nexec 9<> <(:); wait $!\nwhile :; do read -rt 9 -u 9; done\n"
                .formatted(signals));
    jpm.run("start", script.toString(), "--name", "web").ok();
    Eventually.await("web handles signals", Jpm.LONG, () -> printed("ready"));
    requestOnce(Request.signal("SIGUSR2", "web"));
    requestOnce(Request.scaleBy("web", 2));
    assertThat(count("web")).isEqualTo(3);
    requestOnce(Request.restart("web"));
    assertThat(jpm.list()).allMatch(it -> restarts(it) == 1);
    requestOnce(Request.delete("web"));
    assertThat(jpm.list()).isEmpty();
    assertThat(Files.readAllLines(signals)).hasSize(1);
  }

  private boolean printed(String line) {
    try {
      return jpm.log("web-out.log").contains(line);
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  private void requestOnce(Request<?> request) throws IOException {
    String token = Files.readString(jpm.home().resolve("token")).strip();
    try (ReplyLosingProxy replyLosingProxy = new ReplyLosingProxy(jpm.home(), 1, PONG);
        JpmClient client =
            JpmClient.connect(new Endpoint.Tcp("127.0.0.1", replyLosingProxy.port(), token))) {
      client.ask(request);
      assertThat(replyLosingProxy.broken.get()).as("lost replies").isEqualTo(1);
    }
  }

  /// Starts a daemon of a home with one instance of web. The daemon dies as by `kill -9` at the
  /// failpoint.
  private void startArmedDaemon(String failpoint) throws IOException {
    jpm.run("start", "sleep 98765", "--name", "web").ok();
    jpm.run("reset", "web").ok();
    jpm.killDaemon();
    Jpm.finish(jpm.begin(Map.of("JPM_JAVA_OPTS", "-Djpm.failpoint=" + failpoint), "ping")).ok();
  }

  private void assertDone(String failpoint, long armed, Jpm.Result result) throws IOException {
    assertThat(Jpm.running((int) armed)).as(failpoint + " is reached").isFalse();
    assertThat(result.code()).as(failpoint + " " + result.out() + result.err()).isZero();
    Eventually.await(
        "all instances are online",
        Jpm.LONG,
        () ->
            jpm.list().stream()
                .allMatch(it -> it.getJsonObject("pm2_env").getString("status").equals("online")));
    assertThat(jpm.processTags()).as(failpoint).hasSize(jpm.list().size());
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(
      strings = {
        "INSTANCE_ADDED",
        "INSTANCE_WRITTEN",
        "SPAWN_BEGINS",
        "SPAWNED:2",
        "SPAWN_TOLD:2",
        "JOURNAL_WRITTEN:2",
        "JOURNAL_RENAMED:2",
        "JOURNAL_RENAMED:3"
      })
  void anAppIsScaledOnceWheneverTheDaemonDies(String failpoint) throws IOException {
    startArmedDaemon(failpoint);
    long armed = jpm.daemonPid();
    assertDone(failpoint, armed, jpm.run("scale", "web", "+2"));
    assertThat(count("web")).as(failpoint).isEqualTo(3);
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(
      strings = {
        "SIGNAL_BEGINS",
        "SIGNALLED",
        "EXIT_SEEN",
        "EXIT_TOLD",
        "SPAWN_BEGINS",
        "SPAWNED",
        "SPAWN_TOLD",
        "JOURNAL_WRITTEN:2",
        "JOURNAL_RENAMED:2",
        "JOURNAL_RENAMED:3"
      })
  void anAppIsRestartedOnceWheneverTheDaemonDies(String failpoint) throws IOException {
    startArmedDaemon(failpoint);
    long armed = jpm.daemonPid();
    assertDone(failpoint, armed, jpm.run("restart", "web"));
    assertThat(jpm.restarts("web")).as(failpoint).isEqualTo(1);
  }

  /// The daemon dies long after the client has printed that the app is being started.
  @ParameterizedTest
  @Representatives(4)
  @ValueSource(
      strings = {
        "INSTANCE_ADDED",
        "INSTANCE_WRITTEN",
        "SPAWN_BEGINS",
        "SPAWNED",
        "SPAWN_TOLD",
        "JOURNAL_WRITTEN",
        "JOURNAL_WRITTEN:2",
        "JOURNAL_WRITTEN:3",
        "JOURNAL_RENAMED",
        "JOURNAL_RENAMED:2",
        "JOURNAL_RENAMED:3"
      })
  void anAppIsStartedOnceWheneverTheDaemonDies(String failpoint) throws IOException {
    jpm.run("ping").ok();
    jpm.killDaemon();
    Jpm.finish(jpm.begin(Map.of("JPM_JAVA_OPTS", "-Djpm.failpoint=" + failpoint), "ping")).ok();
    long armed = jpm.daemonPid();
    Path script = jpm.script("app.sh", "#!/bin/sh\nexec sleep 98765\n");
    Jpm.Result result = jpm.run("start", script.toString(), "--", "--port", "80");
    assertDone(failpoint, armed, result);
    assertThat(count("app")).isEqualTo(1);
    assertThat(jpm.restarts("app")).isZero();
    assertThat(result.out()).containsOnlyOnce("Starting " + script).containsOnlyOnce("Done.");
    assertThat(result.err()).isEmpty();
  }

  @ParameterizedTest
  @Tag("slow")
  @ValueSource(strings = {"SIGNALLED", "REMOVED", "REMOVAL_WRITTEN"})
  void anAppIsDeletedWheneverTheDaemonDies(String failpoint) throws IOException {
    startArmedDaemon(failpoint);
    long armed = jpm.daemonPid();
    assertDone(failpoint, armed, jpm.run("delete", "web"));
    assertThat(jpm.list()).isEmpty();
    assertThat(List.copyOf(jpm.processTags().values())).isEmpty();
  }
}
