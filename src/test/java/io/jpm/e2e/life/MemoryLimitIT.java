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
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// An app in cluster mode one of whose process trees uses more memory than it may.
@Tag("slow")
@Timeout(600)
@Needs(Need.PYTHON)
class MemoryLimitIT extends EndToEndTestBase {
  private static final Duration SOON = Duration.ofSeconds(60);

  /// Answers with its pid. It has a child and a grandchild; each allocates 90 MiB once there is a
  /// file `grows-PID` with the pid of the server.
  private static final String SERVER =
      """
      import http.server, os, sys, time
      main = os.getpid()
      def hold():
          while not os.path.exists('grows-%d' % main):
              time.sleep(0.02)
          held = bytearray(b'x') * (90 << 20)
          while held:
              time.sleep(60)
      if os.fork() == 0:
          if os.fork() == 0:
              os.setsid()
          hold()
      class Handler(http.server.BaseHTTPRequestHandler):
          def do_GET(self):
              body = str(main).encode()
              self.send_response(200)
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

  private String writeProcessFile() throws IOException {
    JsonObject app =
        new JsonObject()
            .put("name", "web")
            .put("script", "server.py")
            .put("interpreter", "python3")
            .put("port", port)
            .put("instances", 2)
            .put("exec_mode", "cluster")
            .put("balance", "proxy")
            .put("drain_timeout", "1s")
            .put("listen_timeout", "30s")
            .put("readiness", new JsonObject().put("tcp", "${PORT}").put("interval", "100ms"))
            .put("max_memory_restart", "180M");
    Path file = jpm.work().resolve("apps.json");
    Files.writeString(file, new JsonObject().put("apps", new JsonArray().add(app)).encode());
    return file.toString();
  }

  private List<JsonObject> events() {
    return jpm.run("events", "--lines", "200", "--json")
        .ok()
        .out()
        .lines()
        .map(JsonObject::new)
        .toList();
  }

  /// Returns the position of such an event in the history; -1 if there is none.
  private static int indexOf(List<JsonObject> events, String kind, int pid) {
    return events.indexOf(
        events.stream()
            .filter(event -> event.getString("event").equals(kind))
            .filter(event -> event.getInteger("pid") == pid)
            .findFirst()
            .orElse(null));
  }

  @Test
  void treeOverItsMemoryLimitIsReplacedByAReadyOneBeforeItEnds() throws Exception {
    jpm.run("start", writeProcessFile()).ok();
    int big = jpm.list().get(0).getInteger("pid");
    int other = jpm.list().get(1).getInteger("pid");
    List<String> failures = new CopyOnWriteArrayList<>();
    List<Integer> answered = new CopyOnWriteArrayList<>();
    var over = new AtomicBoolean();
    Thread client =
        Thread.ofVirtual()
            .start(() -> {
              while (!over.get()) {
                sendRequest(answered, failures);
              }
            });
    try {
      Files.writeString(jpm.work().resolve("grows-" + big), "");
      Eventually.await(
          "the large process has ended", SOON, () -> !Jpm.running(big), this::eventsText);
      Eventually.await(
          "both instances have a process",
          SOON,
          () -> jpm.list().stream().allMatch(it -> it.getInteger("pid") > 0),
          this::eventsText);
      int asked = answered.size();
      Eventually.await("the app continues to answer", SOON, () -> answered.size() > asked + 20);
    } finally {
      over.set(true);
      client.join();
    }
    assertThat(failures).isEmpty();
    int candidate = jpm.list().get(0).getInteger("pid");
    assertThat(candidate).isNotEqualTo(big);
    assertThat(answered).contains(big, other, candidate);
    assertThat(jpm.list().get(1).getInteger("pid")).isEqualTo(other);
    assertReplaced(events(), big, candidate);
  }

  private static void assertReplaced(List<JsonObject> events, int big, int candidate) {
    int limit = indexOf(events, "limit", big);
    int reload = indexOf(events, "reload", candidate);
    int end = indexOf(events, "exit", big);
    assertThat(List.of(limit, reload, end)).as(events::toString).doesNotContain(-1);
    assertThat(limit).isLessThan(reload);
    assertThat(reload).isLessThan(end);
    assertThat(events.get(limit).getString("reason"))
        .matches("uses \\d+ MB, more than its max_memory_restart of 180 MB");
    assertThat(events.get(reload).getString("reason"))
        .contains("has replaced pid " + big)
        .contains("more than its max_memory_restart of 180 MB");
  }

  private String eventsText() {
    return new ArrayList<>(events()).toString();
  }

  /// Sends one request over a connection of its own.
  private void sendRequest(List<Integer> answered, List<String> failures) {
    try {
      var connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:%d/".formatted(port)).toURL().openConnection();
      connection.setConnectTimeout(20_000);
      connection.setReadTimeout(20_000);
      connection.setRequestProperty("Connection", "close");
      try (var body = connection.getInputStream()) {
        answered.add(Integer.valueOf(new String(body.readAllBytes(), StandardCharsets.US_ASCII)));
      }
    } catch (IOException error) {
      failures.add(error.toString());
    }
  }
}
