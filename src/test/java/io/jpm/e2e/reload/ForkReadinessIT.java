package io.jpm.e2e.reload;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.e2e.Load;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import javax.tools.ToolProvider;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// Reloads of apps in fork mode with probes over the network: the probe asks the new process, which
/// receives no connections before it has passed.
@Tag("slow")
@Timeout(900)
class ForkReadinessIT extends EndToEndTestBase {
  private static final Duration SOON = Duration.ofSeconds(60);

  /// Becomes ready some time after its start, but never if there is a file `bad` at its start. A
  /// client that reaches it before a probe found it ready receives the status 503, and the server
  /// writes a file `early-PID`.
  private static final String NODE =
      """
      const fs = require('fs');
      const http = require('http');
      const bad = fs.existsSync('bad');
      const begun = Date.now();
      let found = false;
      fs.appendFileSync('made', `${process.pid}\\n`);
      http.createServer((request, response) => {
        if (request.url === '/health') {
          found = found || (!bad && Date.now() - begun > 700);
        } else if (!found) {
          fs.appendFileSync(`early-${process.pid}`, `${request.url}\\n`);
        }
        response.statusCode = found ? 200 : 503;
        response.end(`${process.pid}\\n`);
      }).listen(Number(process.env.PORT));
      """;

  /// The same in Java.
  private static final String JAVA =
      """
      import com.sun.net.httpserver.HttpServer;
      import java.net.InetSocketAddress;
      import java.nio.file.Files;
      import java.nio.file.Path;
      import java.nio.file.StandardOpenOption;
      import java.util.concurrent.Executors;

      public class Web {
        static volatile boolean found;

        public static void main(String[] args) throws Exception {
          System.setProperty("sun.net.httpserver.nodelay", "true");
          boolean bad = Files.exists(Path.of("bad"));
          long begun = System.nanoTime();
          long pid = ProcessHandle.current().pid();
          append("made", "" + pid);
          HttpServer server =
              HttpServer.create(new InetSocketAddress(Integer.parseInt(System.getenv("PORT"))), 0);
          server.setExecutor(Executors.newFixedThreadPool(8));
          server.createContext("/", exchange -> {
            if (exchange.getRequestURI().getPath().equals("/health")) {
              found = found || (!bad && System.nanoTime() - begun > 700_000_000L);
            } else if (!found) {
              append("early-" + pid, "met");
            }
            byte[] body = ("" + pid).getBytes();
            exchange.sendResponseHeaders(found ? 200 : 503, body.length);
            exchange.getResponseBody().write(body);
            exchange.close();
          });
          server.start();
        }

        static void append(String file, String line) throws java.io.IOException {
          Files.writeString(
              Path.of(file), line + "\\n", StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        }
      }
      """;

  /// The same in Python. jpm makes it listen beside another process; with the argument `reuse` it
  /// sets SO_REUSEPORT itself.
  private static final String PYTHON =
      """
      import http.server, os, socket, sys, time
      bad = os.path.exists('bad')
      begun = time.monotonic()
      found = False
      def append(name, line):
          with open(name, 'a') as file:
              file.write(line + '\\n')
      append('made', str(os.getpid()))
      class Handler(http.server.BaseHTTPRequestHandler):
          protocol_version = 'HTTP/1.1'
          def do_GET(self):
              global found
              if self.path == '/health':
                  found = found or (not bad and time.monotonic() - begun > 0.7)
              elif not found:
                  append('early-%d' % os.getpid(), self.path)
              body = b'%d' % os.getpid()
              self.send_response(200 if found else 503)
              self.send_header('Content-Length', str(len(body)))
              self.end_headers()
              self.wfile.write(body)
          def log_message(self, *args):
              pass
      class Server(http.server.ThreadingHTTPServer):
          request_queue_size = 128
          def server_bind(self):
              if 'reuse' in sys.argv:
                  self.socket.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
              super().server_bind()
      Server(('127.0.0.1', int(os.environ['PORT'])), Handler).serve_forever()
      """;

  private static final String JVM = Path.of(System.getProperty("java.home"), "bin/java").toString();

  /// The program that listens.
  enum ServerProgram {
    JAVA(
        ForkReadinessIT.JVM,
        "-Xshare:auto",
        "-Xmx64m",
        "-XX:TieredStopAtLevel=1",
        "-cp",
        ".",
        "Web"),
    NODE("node", "server.js"),
    NODE_BEHIND_A_SHELL("sh", "-c", "node -e 1; node server.js; true"),
    PYTHON("python3", "server.py"),
    REUSING("python3", "server.py", "reuse");

    final String script;
    final String arguments;

    ServerProgram(String script, String... arguments) {
      this.script = script;
      this.arguments = String.join("\n", arguments);
    }
  }

  private int port;

  @BeforeEach
  void open() throws IOException {
    port = FreePort.find();
  }

  private void start(ServerProgram serverProgram, JsonObject more) throws IOException {
    switch (serverProgram) {
      case NODE, NODE_BEHIND_A_SHELL -> Need.assume(Need.NODE);
      case PYTHON, REUSING -> Need.assume(Need.PYTHON);
      case JAVA -> {}
    }
    jpm.script("server.js", NODE);
    jpm.script("server.py", PYTHON);
    if (serverProgram == ServerProgram.JAVA) {
      Path source = jpm.script("Web.java", JAVA);
      assertThat(
              ToolProvider.getSystemJavaCompiler()
                  .run(null, null, null, "-d", jpm.work().toString(), source.toString()))
          .isZero();
    }
    JsonObject app =
        new JsonObject()
            .put("name", "web")
            .put("script", serverProgram.script)
            .put("args", new JsonArray(serverProgram.arguments.lines().toList()))
            .put("cwd", jpm.work().toString())
            .put("env", new JsonObject().put("PORT", Integer.toString(port)))
            .put("interpreter", "none")
            .put("listen_timeout", "15s")
            .mergeIn(more);
    Path file = jpm.work().resolve("apps.json");
    Files.writeString(file, new JsonObject().put("apps", new JsonArray().add(app)).encode());
    jpm.run("start", file.toString()).ok();
  }

  private JsonObject httpProbe() {
    return new JsonObject()
        .put("http", "http://localhost:${PORT}/health")
        .put("interval", "200ms")
        .put("failures", 2);
  }

  private List<String> filesOfEarlyClients() throws IOException {
    try (Stream<Path> files = Files.list(jpm.work())) {
      return files
          .map(it -> it.getFileName().toString())
          .filter(it -> it.startsWith("early-"))
          .toList();
    }
  }

  /// A keep-alive connection may end with a process of Python, so none is used there.
  private Load load(ServerProgram serverProgram) {
    boolean keeps = !serverProgram.script.equals("python3");
    return new Load(port).keepAlive(keeps ? 3 : 0).closing(3);
  }

  private long startedProcesses() {
    try {
      return Files.readAllLines(jpm.work().resolve("made")).size();
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private void setBadBuild(boolean bad) throws IOException {
    if (bad) {
      Files.writeString(jpm.work().resolve("bad"), "");
    } else {
      Files.delete(jpm.work().resolve("bad"));
    }
  }

  @ParameterizedTest
  @EnumSource(ServerProgram.class)
  void buildThatIsNotReadyReplacesNoProcessAndReceivesNoConnections(ServerProgram serverProgram)
      throws IOException {
    start(
        serverProgram, new JsonObject().put("readiness", httpProbe()).put("liveness", httpProbe()));
    assertThat(jpm.run("describe", "web").ok().out()).contains("fork_mode", "without a gap");
    int before = jpm.pid("web");
    try (Load load = load(serverProgram)) {
      setBadBuild(true);
      String told = jpm.run("reload", "web").failed().err();
      assertThat(told).contains("/health returned 503", "keeps serving");
      assertThat(jpm.pid("web")).isEqualTo(before);
      assertThat(startedProcesses()).as("processes started").isEqualTo(2);

      setBadBuild(false);
      for (int i = 0; i < 3; i++) {
        int old = jpm.pid("web");
        assertThat(jpm.run("reload", "web").ok().out())
            .contains("Reloaded web")
            .doesNotContain("gap");
        assertThat(jpm.pid("web")).isNotEqualTo(old);
      }
      load.stop();
      assertThat(load.failures()).isEmpty();
      assertThat(load.done("close")).isPositive();
    }
    assertThat(filesOfEarlyClients()).isEmpty();
    assertThat(jpm.run("events", "--lines", "100").ok().out()).doesNotContain("liveness");
  }

  @ParameterizedTest
  @EnumSource(ServerProgram.class)
  void oldProcessKeepsServingWhenTheDaemonDiesDuringAReload(ServerProgram serverProgram)
      throws Exception {
    start(serverProgram, new JsonObject().put("readiness", httpProbe()));
    int before = jpm.pid("web");
    try (Load load = load(serverProgram)) {
      setBadBuild(true);
      Thread reload = Thread.ofVirtual().start(() -> jpm.run("reload", "web"));
      Eventually.await("a new process is started", SOON, () -> startedProcesses() == 2);
      jpm.killDaemon();
      reload.join();
      jpm.awaitStatus("web", "online");
      assertThat(jpm.pid("web")).isEqualTo(before);

      setBadBuild(false);
      jpm.run("reload", "web").ok();
      assertThat(jpm.pid("web")).isNotEqualTo(before);
      // The next daemon knows that this process has been admitted.
      jpm.killDaemon();
      jpm.awaitStatus("web", "online");
      jpm.run("reload", "web").ok();
      load.stop();
      assertThat(load.failures()).isEmpty();
    }
    assertThat(filesOfEarlyClients()).isEmpty();
  }

  @Test
  void tcpStartupProbeAsksTheNewProcess() throws IOException {
    JsonObject tcp =
        new JsonObject().put("tcp", "localhost:${PORT}").put("timeout", "6s").put("interval", "1s");
    start(ServerProgram.NODE, new JsonObject().put("startup", tcp));
    int before = jpm.pid("web");
    jpm.run("reload", "web").ok();
    int next = jpm.pid("web");
    assertThat(next).isNotEqualTo(before);
    jpm.script("server.js", "setInterval(() => {}, 1000);");
    assertThat(jpm.run("reload", "web").failed().err())
        .contains("does not listen on port %d yet".formatted(port), "keeps serving");
    assertThat(jpm.pid("web")).isEqualTo(next);
  }

  /// The kernel distributes connections among the sockets of the instances, and a reload must not
  /// change that.
  @ParameterizedTest
  @ValueSource(booleans = {true, false})
  void allInstancesThatShareThePortReceiveConnectionsAfterAReload(boolean checked)
      throws IOException {
    JsonObject more = new JsonObject().put("instances", 2).put("exec_mode", "fork");
    start(ServerProgram.REUSING, checked ? more.put("readiness", httpProbe()) : more);
    setBadBuild(true);
    String reload = jpm.run("reload", "web").out();
    Eventually.await("all instances answer", SOON, () -> answeringProcesses().equals(pids()));
    if (checked) {
      assertThat(reload).contains("cannot distinguish the new process from the other instances");
    }
    jpm.run("scale", "web", "1").ok();
    setBadBuild(false);
    jpm.run("reload", "web").ok();
    jpm.run("scale", "web", "3").ok();
    Eventually.await("all instances answer", SOON, () -> answeringProcesses().equals(pids()));
  }

  private Set<Integer> pids() {
    return jpm.list().stream()
        .map(app -> app.getInteger("pid"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  /// Returns the processes that answer, as far as many connections show.
  private Set<Integer> answeringProcesses() {
    Set<Integer> pids = new TreeSet<>();
    for (int i = 0; i < 80; i++) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket.setSoTimeout(5000);
        socket.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(US_ASCII));
        String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
        pids.add(Integer.parseInt(answer.substring(answer.indexOf("\r\n\r\n")).strip()));
      } catch (IOException nobody) {
        return Set.of();
      }
    }
    return pids;
  }

  @Test
  void reloadFailsWhenTheOldProcessEnds() throws Exception {
    start(ServerProgram.PYTHON, new JsonObject().put("readiness", httpProbe()));
    int before = jpm.pid("web");
    setBadBuild(true);
    List<String> told = new CopyOnWriteArrayList<>();
    Thread reload =
        Thread.ofVirtual().start(() -> told.add(jpm.run("reload", "web").failed().err()));
    Eventually.await("a new process is started", SOON, () -> startedProcesses() == 2);
    setBadBuild(false);
    Jpm.kill(before);
    reload.join();
    assertThat(told.getFirst()).contains("the process to be replaced has exited: SIGKILL");
    Eventually.await(
        "only the replacement serves",
        SOON,
        () ->
            jpm.status("web").equals("online")
                && answeringProcesses().equals(Set.of(jpm.pid("web"))));
    assertThat(startedProcesses())
        .as("the first process, the candidate and the replacement")
        .isEqualTo(3);
  }
}
