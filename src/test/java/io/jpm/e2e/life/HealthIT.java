package io.jpm.e2e.life;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Apps that run but are unhealthy: what probes find, what happens to the apps, and where the
/// reason is shown.
@Timeout(600)
@Needs(Need.PYTHON)
class HealthIT extends EndToEndTestBase {
  private static final Duration SOON = Duration.ofSeconds(60);

  /// Answers with the status in the file `answer`, and does not listen before that file exists.
  /// Does not answer while there is a file `hangs-PID`.
  private static final String SERVER =
      """
      import http.server, os, sys, time
      while not os.path.exists('answer'):
          time.sleep(0.05)
      class Handler(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              while os.path.exists('hangs-%d' % os.getpid()):
                  time.sleep(0.05)
              with open('answer') as file:
                  status = int(file.read())
              body = str(os.getpid()).encode()
              self.send_response(status)
              self.send_header('Content-Length', str(len(body)))
              self.end_headers()
              self.wfile.write(body)
          def log_message(self, *words):
              pass
      http.server.ThreadingHTTPServer(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
      """;

  private int port;

  @BeforeEach
  void open() throws IOException {
    jpm.script("server.py", SERVER);
    port = FreePort.find();
  }

  private void setAnswer(int status) throws IOException {
    Path next = Files.writeString(jpm.work().resolve("next"), Integer.toString(status));
    Files.move(
        next,
        jpm.work().resolve("answer"),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private void makeHang(int pid) throws IOException {
    Files.writeString(jpm.work().resolve("hangs-" + pid), "");
  }

  private static JsonObject probe() {
    return new JsonObject()
        .put("http", "http://127.0.0.1:${PORT}/health")
        .put("interval", "200ms")
        .put("timeout", "1s")
        .put("failures", 2);
  }

  private JsonObject app() {
    return new JsonObject()
        .put("name", "web")
        .put("script", "server.py")
        .put("interpreter", "python3")
        .put("port", port)
        .put("max_restarts", 2);
  }

  private String file(JsonObject app) throws IOException {
    Path file = jpm.work().resolve("apps.json");
    Files.writeString(file, new JsonObject().put("apps", new JsonArray().add(app)).encode());
    return file.toString();
  }

  private JsonObject listed(int index) {
    return new JsonArray(jpm.run("jlist").ok().out()).getJsonObject(index);
  }

  private static String status(JsonObject listed) {
    return listed.getJsonObject("pm2_env").getString("status");
  }

  private static JsonObject jpmFields(JsonObject listed) {
    return listed.getJsonObject("pm2_env").getJsonObject("jpm");
  }

  private static int restarts(JsonObject listed) {
    return listed.getJsonObject("pm2_env").getInteger("restart_time");
  }

  private void awaitOutput(String words, String... command) {
    Eventually.await(
        words + " in " + String.join(" ", command),
        SOON,
        () -> jpm.run(command).out().contains(words),
        () -> jpm.run(command).out());
  }

  @Test
  void appThatAnswersWithAnErrorDoesNotBecomeReady() throws IOException {
    setAnswer(500);
    var result =
        jpm.run("start", file(app().put("readiness", probe()).put("listen_timeout", "4s")))
            .failed();
    String why = "not ready within 4 s: http://127.0.0.1:%d/health returned 500".formatted(port);
    assertThat(result.err()).contains(why);
    assertThat(status(listed(0))).isEqualTo("errored");
    assertThat(jpmFields(listed(0)).getString("reason")).contains(why);
  }

  @Test
  @Tag("slow")
  void appThatNeverAnswersDoesNotBecomeReady() throws IOException {
    // A server that can be connected to but never answers.
    jpm.script(
        "mute.py",
        """
        import os, socket, time
        listener = socket.create_server(('127.0.0.1', int(os.environ['PORT'])))
        time.sleep(3600)
        """);
    var result =
        jpm.run(
                "start",
                file(
                    app()
                        .put("script", "mute.py")
                        .put("readiness", probe())
                        .put("listen_timeout", "3s")))
            .failed();
    assertThat(result.err())
        .contains("no answer from http://127.0.0.1:%d/health within 1 s".formatted(port));
  }

  @Test
  @Tag("slow")
  void slowAppIsOnlineAsSoonAsItIsReady() throws Exception {
    JsonObject startup =
        new JsonObject().put("tcp", "${PORT}").put("interval", "100ms").put("timeout", "60s");
    Process starting =
        jpm.begin("start", file(app().put("startup", startup).put("readiness", probe())));
    awaitOutput("nothing listens on 127.0.0.1:" + port, "describe", "web");
    assertThat(status(listed(0))).isEqualTo("launching");
    setAnswer(503);
    awaitOutput("/health returned 503", "describe", "web");
    setAnswer(200);
    assertThat(Jpm.finish(starting).ok().out()).contains("online");
    assertThat(restarts(listed(0))).isZero();
  }

  @Test
  @Tag("slow")
  void flappingAppIsShownAsUnhealthyAndNotRestarted() throws IOException {
    setAnswer(200);
    jpm.run("start", file(app().put("readiness", probe()))).ok();
    int pid = listed(0).getInteger("pid");
    for (int i = 0; i < 2; i++) {
      setAnswer(503);
      awaitOutput("unhealthy", "ls");
      assertThat(jpmFields(listed(0)).getString("unhealthy"))
          .contains("/health returned 503, 2 times in a row");
      assertThat(jpm.run("describe", "web").out())
          .containsPattern("readiness .*; failing .* since 20.*: .*/health returned 503");
      JsonObject health = jpmFields(listed(0)).getJsonObject("health");
      assertThat(health.getString("state")).isEqualTo("unhealthy");
      assertThat(health.getJsonObject("checks").getJsonObject("readiness").getString("answer"))
          .contains("/health returned 503");
      setAnswer(200);
      Eventually.await(
          "web is healthy", SOON, () -> jpmFields(listed(0)).getString("unhealthy") == null);
      assertThat(jpm.run("describe", "web").out())
          .containsPattern("readiness .*; passing since 20");
    }
    assertThat(listed(0).getInteger("pid")).isEqualTo(pid);
    assertThat(status(listed(0))).isEqualTo("online");
    assertThat(jpm.run("events", "--lines", "50").out())
        .contains("unhealthy")
        .contains("recovered");
  }

  @Test
  void hangingAppIsRestartedWithTheReason() throws IOException {
    setAnswer(200);
    jpm.run("start", file(app().put("readiness", probe()).put("liveness", probe()))).ok();
    int pid = listed(0).getInteger("pid");
    makeHang(pid);
    Eventually.await(
        "web has another process",
        SOON,
        () -> status(listed(0)).equals("online") && listed(0).getInteger("pid") != pid,
        () -> listed(0).encode());
    assertThat(jpmFields(listed(0)).getString("reason"))
        .startsWith(
            "liveness: no answer from http://127.0.0.1:%d/health within 1 s, 2 times in a row"
                .formatted(port));
    assertThat(restarts(listed(0))).isEqualTo(1);
  }

  @Test
  @Tag("slow")
  void nextDaemonCountsLivenessFailuresFromZero() throws Exception {
    setAnswer(200);
    JsonObject liveness = probe().put("timeout", "400ms").put("failures", 60);
    jpm.run("start", file(app().put("liveness", liveness))).ok();
    int pid = listed(0).getInteger("pid");
    Eventually.await(
        "liveness passes", SOON, () -> livenessState().equals("passing"), this::describe);
    makeHang(pid);
    Eventually.await(
        "liveness fails", SOON, () -> livenessState().equals("failing"), this::describe);
    jpm.killDaemon();
    Eventually.await(
        "the next daemon reports the failure too",
        SOON,
        () -> livenessState().equals("failing"),
        this::describe);
    assertThat(listed(0).getInteger("pid")).isEqualTo(pid);
    assertThat(describe())
        .containsPattern("liveness .*; failing \\d+ of 60 since 20.*: no answer from");
    Eventually.await(
        "web has another process",
        SOON,
        () -> status(listed(0)).equals("online") && listed(0).getInteger("pid") != pid,
        this::describe);
    assertThat(jpmFields(listed(0)).getString("reason"))
        .contains("liveness: no answer from")
        .contains("60 times in a row");
    assertThat(restarts(listed(0))).isEqualTo(1);
  }

  private String livenessState() {
    JsonObject health = jpmFields(listed(0)).getJsonObject("health");
    return health == null
        ? "unknown"
        : health.getJsonObject("checks").getJsonObject("liveness").getString("state");
  }

  private String describe() {
    return jpm.run("describe", "web").out();
  }

  @Test
  @Tag("slow")
  void outputOfAFailedProbeCommandIsQuoted() throws IOException {
    setAnswer(200);
    jpm.script(
        "check", "#!/bin/sh\necho looking\n[ -e full ] || exit 0\necho disk full >&2\nexit 1\n");
    JsonObject exec = probe();
    exec.remove("http");
    exec.put("exec", new JsonArray().add("./check")).put("timeout", "20s");
    jpm.run("start", file(app().put("readiness", exec))).ok();
    Files.writeString(jpm.work().resolve("full"), "");
    awaitOutput("unhealthy", "ls");
    assertThat(jpmFields(listed(0)).getString("unhealthy"))
        .startsWith("./check failed with exit 1: disk full");
    assertThat(jpm.run("logs", "web", "--lines", "20", "--nostream").out())
        .doesNotContain("disk full");
  }

  @Test
  @Tag("slow")
  void reloadToAnAppThatNeverBecomesReadyIsRolledBack() throws IOException {
    setAnswer(200);
    JsonObject app =
        app()
            .put("instances", 1)
            .put("exec_mode", "cluster")
            .put("balance", "proxy")
            .put("readiness", probe())
            .put("listen_timeout", "3s");
    jpm.run("start", file(app)).ok();
    int pid = listed(0).getInteger("pid");
    JsonObject wrong = probe().put("http", "http://127.0.0.1:${NOWHERE}/");
    var result = jpm.run("reload", file(app.copy().put("readiness", wrong))).failed();
    assertThat(result.err()).contains("the app has no environment variable NOWHERE");
    assertThat(listed(0).getInteger("pid")).isEqualTo(pid);
    assertThat(status(listed(0))).isEqualTo("online");
  }

  @Test
  @Tag("slow")
  void hangingInstanceIsReplacedAndRequestsContinue() throws IOException {
    setAnswer(200);
    jpm.run(
            "start",
            file(
                app()
                    .put("instances", 2)
                    .put("exec_mode", "cluster")
                    .put("balance", "proxy")
                    .put("drain_timeout", "1s")
                    .put("listen_timeout", "10s")
                    .put("readiness", probe())
                    .put("liveness", probe())))
        .ok();
    int hung = listed(0).getInteger("pid");
    int other = listed(1).getInteger("pid");
    long began = System.nanoTime();
    Eventually.await(
        "web was healthy for 14 seconds", SOON, () -> System.nanoTime() - began > 14_000_000_000L);
    makeHang(hung);
    Set<Integer> answered = new HashSet<>();
    Eventually.await(
        "a new process answers",
        SOON,
        () -> {
          answered.add(answeringPid());
          return answered.stream().anyMatch(pid -> pid > 0 && pid != hung && pid != other);
        },
        () -> answered + jpm.run("ls").out());
    assertThat(answered).contains(other);
    assertThat(listed(1).getInteger("pid")).isEqualTo(other);
    assertThat(jpm.run("events", "--lines", "50").out())
        .contains("has replaced pid " + hung + ": liveness: no answer");
  }

  /// Returns the pid of the process that answers; 0 if none answers.
  private int answeringPid() {
    try {
      var connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:%d/".formatted(port)).toURL().openConnection();
      connection.setConnectTimeout(1000);
      connection.setReadTimeout(1000);
      connection.setRequestProperty("Connection", "close");
      try (var body = connection.getInputStream()) {
        return Integer.parseInt(new String(body.readAllBytes(), StandardCharsets.US_ASCII));
      }
    } catch (IOException _) {
      return 0;
    }
  }

  /// The sender is no longer a descendant of the app's main process, and is in another session.
  @Test
  @Tag("slow")
  void daemonizedProcessCanReportReadinessForTheApp() throws IOException {
    jpm.script(
        "forks.py",
        """
        import os, signal, socket
        if os.fork() == 0:
            os.setsid()
            os.environ['FIRST'] = str(os.getpid())
            if os.fork() == 0:
                while os.getppid() == int(os.environ['FIRST']):
                    pass
                address = os.environ['NOTIFY_SOCKET'].replace('@', '\\0')
                socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM).sendto(b'READY=1', address)
                signal.pause()
            os._exit(0)
        os.wait()
        signal.pause()
        """);
    JsonObject app =
        new JsonObject()
            .put("name", "forks")
            .put("script", "forks.py")
            .put("listen_timeout", "60s")
            .put("readiness", new JsonObject().put("notify", true));
    Path file = jpm.work().resolve("forks.json");
    Files.writeString(file, new JsonObject().put("apps", new JsonArray().add(app)).encode());
    jpm.run("start", file.toString()).ok();
    assertThat(jpm.run("events", "forks").ok().out()).contains("its probes have succeeded");
    jpm.run("delete", "forks").ok();
  }
}
