package io.jpm.e2e.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Load;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Java processes that share a port: a probe asks the process that it is meant for, and a process
/// that is not ready receives no connections.
@Tag("slow")
@Timeout(600)
class JvmReadinessIT extends EndToEndTestBase {
  private static final Duration SOON = Duration.ofSeconds(90);

  /// Answers `/ready` with the status in the file `ready-PID`, or in `ready` if that file does not
  /// exist, and everything else with its pid. A client that reaches a process that was never ready
  /// receives the status 500.
  private static final String SERVER =
      """
      import com.sun.net.httpserver.HttpServer;
      import java.net.InetSocketAddress;
      import java.nio.file.Files;
      import java.nio.file.Path;
      import java.util.concurrent.Executors;

      public class Web {
        static boolean wasReady;

        public static void main(String[] args) throws Exception {
          System.setProperty("sun.net.httpserver.nodelay", "true");
          long pid = ProcessHandle.current().pid();
          int port = Integer.parseInt(System.getenv("PORT"));
          HttpServer server = HttpServer.create(new InetSocketAddress(port), 0);
          server.setExecutor(Executors.newFixedThreadPool(8));
          server.createContext("/", exchange -> {
            boolean probe = exchange.getRequestURI().getPath().equals("/ready");
            Path own = Path.of("ready-" + pid);
            String status = Files.readString(Files.exists(own) ? own : Path.of("ready")).strip();
            wasReady |= probe && status.equals("200");
            byte[] body = (probe ? "probed" : pid + (wasReady ? "" : " unready")).getBytes();
            int code = probe ? Integer.parseInt(status) : wasReady ? 200 : 500;
            exchange.sendResponseHeaders(code, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
          server.start();
        }
      }
      """;

  private int port;

  @BeforeEach
  void open() throws IOException {
    port = FreePort.find();
    Files.writeString(jpm.work().resolve("Web.java"), SERVER);
    setStatus("ready", 200);
  }

  private void setStatus(String file, int status) throws IOException {
    Path made = Files.writeString(jpm.work().resolve(file + ".new"), status + "\n");
    Files.move(
        made,
        jpm.work().resolve(file),
        java.nio.file.StandardCopyOption.REPLACE_EXISTING,
        java.nio.file.StandardCopyOption.ATOMIC_MOVE);
  }

  private void start() throws IOException {
    JsonObject probe =
        new JsonObject()
            .put("http", "http://localhost:${PORT}/ready")
            .put("interval", "200ms")
            .put("failures", 2);
    JsonObject app =
        new JsonObject()
            .put("name", "web")
            .put("script", "Web.java")
            .put("cwd", jpm.work().toString())
            .put("interpreter", Path.of(System.getProperty("java.home"), "bin/java").toString())
            .put("instances", 2)
            .put("env", new JsonObject().put("PORT", Integer.toString(port)))
            .put("listen_timeout", "15s")
            .put("readiness", probe);
    Path file = jpm.work().resolve("apps.json");
    Files.writeString(file, new JsonObject().put("apps", new JsonArray().add(app)).encode());
    jpm.run("start", file.toString()).ok();
    awaitAnswersOnlyFrom(pids());
    assertThat(jpm.run("describe", "0").out()).contains("jvm, kernel: the program is java");
  }

  private Set<Integer> pids() {
    return jpm.list().stream().map(it -> it.getInteger("pid")).collect(Collectors.toSet());
  }

  /// Returns the pid of the process that answers; 0 if none answers, or one that is not ready.
  private int answeringPid() {
    try {
      var connection =
          (HttpURLConnection)
              URI.create("http://127.0.0.1:%d/".formatted(port)).toURL().openConnection();
      connection.setReadTimeout((int) SOON.toMillis());
      connection.setRequestProperty("Connection", "close");
      try (var body = connection.getInputStream()) {
        return Integer.parseInt(new String(body.readAllBytes(), StandardCharsets.US_ASCII));
      }
    } catch (IOException refused) {
      return 0;
    }
  }

  private void awaitAnswersOnlyFrom(Set<Integer> pids) {
    Set<Integer> seen = new HashSet<>();
    Eventually.await(
        pids + " alone answer 40 times in a row",
        SOON,
        () -> {
          seen.clear();
          IntStream.range(0, 40).forEach(_ -> seen.add(answeringPid()));
          return seen.equals(pids);
        },
        () -> seen + "\n" + jpm.run("ls").out());
  }

  @Test
  void buildThatIsNotReadyIsRefusedAndReceivesNoConnections() throws Exception {
    start();
    Set<Integer> before = pids();
    for (int pid : before) {
      setStatus("ready-" + pid, 200);
    }
    setStatus("ready", 503);
    try (Load load = new Load(port).keepAlive(4).closing(4)) {
      String told = jpm.run("reload", "web").failed().err();
      assertThat(told).contains("503");
      assertThat(pids()).isEqualTo(before);
      setStatus("ready", 200);
      jpm.run("reload", "web").ok();
      assertThat(pids()).hasSize(2).doesNotContainAnyElementsOf(before);
      load.stop();
      assertThat(load.failures()).isEmpty();
      assertThat(load.done("keep-alive")).isPositive();
      assertThat(load.done("close")).isPositive();
    }
  }

  @Test
  void unreadyProcessReceivesNoConnectionsEvenUnderTheNextDaemon() throws Exception {
    start();
    Set<Integer> both = pids();
    List<Integer> each = List.copyOf(both);
    setStatus("ready-" + each.get(0), 503);
    awaitAnswersOnlyFrom(Set.of(each.get(1)));
    assertThat(jpm.run("describe", "web").out())
        .contains("its readiness probe fails: new connections go to the other instances");
    setStatus("ready-" + each.get(1), 503);
    awaitAnswersOnlyFrom(both); // none is ready, so all serve
    setStatus("ready-" + each.get(0), 200);
    awaitAnswersOnlyFrom(Set.of(each.get(0)));

    long daemon = jpm.daemonPid();
    jpm.killDaemon();
    Eventually.await("a new daemon is running", SOON, () -> isOtherDaemon(daemon));
    awaitAnswersOnlyFrom(Set.of(each.get(0)));
    setStatus("ready-" + each.get(1), 200);
    awaitAnswersOnlyFrom(both);
    assertThat(pids()).isEqualTo(both);
    setStatus("ready-" + each.get(1), 503);
    awaitAnswersOnlyFrom(Set.of(each.get(0)));
  }

  private boolean isOtherDaemon(long former) {
    try {
      return jpm.daemonPid() != former && jpm.run("ping").code() == 0;
    } catch (IOException | RuntimeException notYet) {
      return false;
    }
  }
}
