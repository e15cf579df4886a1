package io.jpm.e2e.reload;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.e2e.Load;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.TestDeadline;
import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Reloads of apps in fork mode whose single process opens its port itself. No request is lost if
/// the port can be handed over; otherwise the gap is reported.
@Timeout(600)
class ForkReloadIT extends EndToEndTestBase {
  private static final Duration SOON = Duration.ofSeconds(60);
  private static final int RELOADS = 3;
  private static final String LISTEN_TIMEOUT_OPTION = "--listen-timeout";

  private static final String NODE =
      """
      require('http').createServer((request, response) => {
        let bytes = 0;
        request.on('data', (data) => bytes += data.length).on('end', () => setTimeout(() => response.end(String(request.method === 'GET' ? process.pid : bytes)), 5));
      }).listen(%d%s);
      """;

  @SuppressWarnings("InlineFormatString") // A program is easier to read on its own.
  private static final String PYTHON =
      """
      import http.server, os
      class Handler(http.server.BaseHTTPRequestHandler):
          protocol_version = 'HTTP/1.1'
          def do_GET(self):
              body = b'%%d' %% os.getpid()
              self.send_response(200)
              self.send_header('Content-Length', str(len(body)))
              self.end_headers()
              self.wfile.write(body)
          def log_message(self, *args):
              pass
      http.server.ThreadingHTTPServer(('127.0.0.1', %d), Handler).serve_forever()
      """;

  /// When asked to end, it finishes the requests that it has accepted, as servers that set
  /// SO_REUSEPORT do.
  @SuppressWarnings("InlineFormatString") // A program is easier to read on its own.
  private static final String REUSING =
      """
      import os, signal, socket, threading
      over = threading.Event()
      signal.signal(signal.SIGINT, lambda *args: over.set())
      server = socket.socket()
      server.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEPORT, 1)
      server.bind(('127.0.0.1', %d))
      server.listen(128)
      server.settimeout(0.05)
      def serve(client):
          lines = client.makefile('rb')
          while lines.readline().strip():
              pass
          body = b'%%d' %% os.getpid()
          client.sendall(b'HTTP/1.1 200 OK\\r\\nConnection: close\\r\\nContent-Length: %%d\\r\\n\\r\\n' %% len(body) + body)
          lines.close()
          client.close()
      while not over.is_set():
          try:
              client, _ = server.accept()
          except TimeoutError:
              continue
          client.settimeout(None)
          threading.Thread(target=serve, args=(client,)).start()
      server.close()
      """;

  private int port;

  @BeforeEach
  void open() throws IOException {
    port = FreePort.find();
  }

  private void start(String name, String program) throws IOException {
    jpm.run(
            "start",
            jpm.script(name, program).toString(),
            "--name",
            "web",
            LISTEN_TIMEOUT_OPTION,
            "60s")
        .ok();
    awaitPort();
  }

  private void awaitPort() {
    Eventually.await(
        "the server listens",
        SOON,
        () -> {
          try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
            return client.isConnected();
          } catch (IOException notYet) {
            return false;
          }
        });
  }

  /// Waits until jpm knows that a reload has no gap. Behind npm or a shell it knows this a moment
  /// after the port is open.
  private void awaitGapless() {
    Eventually.await(
        "it is known that a reload has no gap",
        SOON,
        () -> jpm.run("describe", "web").ok().out().contains("without a gap"));
  }

  private void assertReloadsLoseNoRequests(Load load) {
    for (int i = 0; i < RELOADS; i++) {
      int before = jpm.pid("web");
      Jpm.Result result = jpm.run("reload", "web").ok();
      assertThat(result.out()).contains("Reloaded web").doesNotContain("gap");
      assertThat(jpm.pid("web")).isNotEqualTo(before);
    }
    load.stop();
    assertThat(load.failures()).isEmpty();
    assertThat(load.done("close")).isPositive();
  }

  @Test
  @Needs(Need.NODE)
  void nodeServerIsReloadedWithoutLosingRequests() throws IOException {
    start("web.js", NODE.formatted(port, ""));
    awaitGapless();
    try (Load load = new Load(port).keepAlive(4).closing(4).uploads()) {
      assertReloadsLoseNoRequests(load);
      assertThat(load.done("keep-alive")).isPositive();
    }
    assertThat(jpm.run("logs", "web", "--nostream").ok().out()).doesNotContain("EADDRINUSE");
  }

  /// Without its server, nothing keeps the old process alive until the signal arrives.
  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void oldProcessRunsItsSignalHandlerAfterAReload() throws IOException {
    String cleanUp =
        "process.on('SIGINT', () => setTimeout(() => console.log('cleaned up'), 200));";
    start("web.js", NODE.formatted(port, "") + cleanUp);
    for (int i = 1; i <= RELOADS; i++) {
      jpm.run("reload", "web").ok();
      String words = "cleaned up\n".repeat(i);
      Eventually.await(
          "the old process has cleaned up",
          SOON,
          () -> jpm.run("logs", "web", "--nostream", "--raw").ok().out().contains(words));
    }
    assertThat(jpm.run("events", "web").ok().out()).doesNotContain("SIGKILL");
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void nodeServerOnOneAddressIsReloadedWithoutLosingRequests() throws IOException {
    start("web.js", NODE.formatted(port, ", 'localhost'"));
    try (Load load = new Load(port).keepAlive(2).closing(2)) {
      assertReloadsLoseNoRequests(load);
    }
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void nextDaemonReloadsWithoutLosingRequests() throws IOException {
    start("web.js", NODE.formatted(port, ""));
    try (Load load = new Load(port).keepAlive(2).closing(2)) {
      jpm.run("reload", "web").ok();
      jpm.killDaemon();
      jpm.awaitStatus("web", "online");
      assertReloadsLoseNoRequests(load);
    }
  }

  @Test
  @Tag("slow")
  @Needs({Need.NODE, Need.NPM})
  void nodeServerStartedByNpmIsReloadedWithoutLosingRequests() throws IOException {
    jpm.script("web.js", NODE.formatted(port, ""));
    Files.writeString(
        jpm.work().resolve("package.json"),
        "{\"name\": \"web\", \"scripts\": {\"start\": \"node web.js\"}}");
    jpm.run(
            "start",
            "npm",
            "--name",
            "web",
            LISTEN_TIMEOUT_OPTION,
            "60s",
            "--cwd",
            work(),
            "--",
            "start")
        .ok();
    awaitPort();
    awaitGapless();
    try (Load load = new Load(port).keepAlive(2).closing(2).uploads()) {
      assertReloadsLoseNoRequests(load);
      jpm.killDaemon();
      jpm.awaitStatus("web", "online");
      jpm.run("reload", "web").ok();
    }
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void nodeServerBehindAShellIsReloadedWithoutLosingRequests() throws IOException {
    Path script = jpm.script("web.js", NODE.formatted(port, ""));
    startLine("node -e 1; node %s; true".formatted(script));
    try (Load load = new Load(port).keepAlive(2).closing(2)) {
      assertReloadsLoseNoRequests(load);
      assertThat(load.done("keep-alive")).isPositive();
    }
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void nextDaemonReloadsANodeServerBehindAShell() throws IOException {
    startLine("node %s; true".formatted(jpm.script("web.js", NODE.formatted(port, ""))));
    try (Load load = new Load(port).keepAlive(2).closing(2)) {
      jpm.run("reload", "web").ok();
      jpm.killDaemon();
      jpm.awaitStatus("web", "online");
      assertReloadsLoseNoRequests(load);
    }
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void nodeClusterBehindAShellIsRestartedWithAGap() throws IOException {
    startLine(
        "node %s; true"
            .formatted(
                jpm.script(
                    "web.js",
                    "const cluster = require('cluster'); if (cluster.isPrimary) cluster.fork(); else "
                        + NODE.formatted(port, ""))));
    assertThat(jpm.run("reload", "web").ok().out())
        .contains("because it has workers of its own")
        .doesNotContain("Reloaded");
  }

  private void startLine(String line) {
    jpm.run("start", line, "--name", "web", LISTEN_TIMEOUT_OPTION, "60s").ok();
    awaitPort();
  }

  private String work() throws IOException {
    return jpm.work().toString();
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void appInForkModeIsNotAClusterWorker() throws IOException {
    start(
        "web.js",
        """
        console.log('worker', require('cluster').isWorker, Object.keys(process.env).filter((name) => name.startsWith('JPM_NODE')).length, process.execArgv.length);
        """
            + NODE.formatted(port, ""));
    jpm.run("reload", "web").ok();
    Eventually.await(
        "both processes have logged it",
        SOON,
        () ->
            jpm.run("logs", "web", "--nostream")
                    .ok()
                    .out()
                    .lines()
                    .filter(line -> line.contains("worker false 0 0"))
                    .count()
                == 2);
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void portThatIsNoLongerUsedIsClosed() throws Exception {
    int first = port;
    start("web.js", NODE.formatted(port, ""));
    open();
    Files.writeString(jpm.work().resolve("web.js"), NODE.formatted(port, ""));
    jpm.run("reload", "web").ok();
    awaitPort();
    Eventually.await("the first port is closed", SOON, () -> isFree(first));
  }

  private static boolean isFree(int port) {
    try (ServerSocket socket = new ServerSocket(port)) {
      return socket.isBound();
    } catch (IOException taken) {
      return false;
    }
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void oldProcessStaysWhenTheNewOneFails() throws IOException {
    start("web.js", NODE.formatted(port, ""));
    int before = jpm.pid("web");
    Files.writeString(jpm.work().resolve("web.js"), "process.exit(3);");
    try (Load load = new Load(port).keepAlive(2).closing(2)) {
      assertThat(jpm.run("reload", "web").failed().err()).contains("keeps serving");
      load.stop();
      assertThat(load.failures()).isEmpty();
    }
    assertThat(jpm.pid("web")).isEqualTo(before);
  }

  @Test
  @Tag("slow")
  void javaServerIsReloadedWithoutLosingRequests() throws Exception {
    startJava("Server");
    try (Load load = new Load(port).keepAlive(4).closing(2)) {
      assertReloadsLoseNoRequests(load);
      assertThat(load.done("keep-alive")).isPositive();
    }
  }

  /// Vert.x and other libraries load Netty's transport, but then listen with Java's sockets.
  @Test
  @Tag("slow")
  void javaServerThatOnlyLoadsNettysTransportIsReloadedWithoutGap() throws Exception {
    Files.writeString(jpm.work().resolve("libnetty_transport_native_epoll_x86_64.so"), "x");
    Files.writeString(
        jpm.work().resolve("Loader.java"),
        """
        import java.nio.channels.FileChannel;
        import java.nio.file.Path;

        public class Loader {
          static Object library;

          public static void main(String[] args) throws Exception {
            Path file = Path.of("libnetty_transport_native_epoll_x86_64.so");
            library = FileChannel.open(file).map(FileChannel.MapMode.READ_ONLY, 0, 1);
            Server.main(args);
          }
        }
        """);
    startJava("Loader");
    jpm.killDaemon();
    assertThat(jpm.run("describe", "web").ok().out()).contains("without a gap");
    try (Load load = new Load(port).keepAlive(4).closing(2)) {
      assertReloadsLoseNoRequests(load);
      assertThat(load.done("keep-alive")).isPositive();
    }
  }

  private void startJava(String main) throws Exception {
    Path source = jpm.work().resolve("Server.java");
    Files.writeString(
        source, Files.readString(Jpm.ROOT.resolve("examples/cluster/jvm/Server.java")));
    Path bin = Path.of(System.getProperty("java.home"), "bin");
    Process javac =
        new ProcessBuilder(
                bin.resolve("javac").toString(),
                "-cp",
                jpm.work().toString(),
                "-sourcepath",
                jpm.work().toString(),
                "-d",
                jpm.work().toString(),
                jpm.work().resolve(main + ".java").toString())
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(javac.waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)).isTrue();
    jpm.environment("PORT", Integer.toString(port));
    jpm.run(
            "start",
            bin.resolve("java").toString(),
            "--name",
            "web",
            "--interpreter",
            "none",
            LISTEN_TIMEOUT_OPTION,
            "60s",
            "--cwd",
            jpm.work().toString(),
            "--",
            "-Xshare:auto",
            "-Xmx64m",
            "-cp",
            ".",
            main)
        .ok();
    awaitPort();
    assertThat(jpm.run("describe", "web").ok().out()).contains("fork_mode", "without a gap");
  }

  @Test
  @Tag("slow")
  @Needs(Need.PYTHON)
  void serverThatSetsReusePortIsReloadedWithoutLosingRequests() throws IOException {
    start("web.py", REUSING.formatted(port));
    try (Load load = new Load(port).closing(4)) {
      assertReloadsLoseNoRequests(load);
    }
  }

  @Test
  @Tag("slow")
  @Needs(Need.PYTHON)
  void pythonServerIsReloadedWithoutLosingRequests() throws IOException {
    start("web.py", PYTHON.formatted(port));
    awaitGapless();
    try (Load load = new Load(port).closing(4)) {
      assertReloadsLoseNoRequests(load);
    }
    assertThat(isFree(port)).as("the port is free").isFalse();
  }

  @Test
  @Tag("slow")
  @Needs(Need.PYTHON)
  void newProcessThatCannotShareThePortIsTriedOnce() throws IOException {
    Path server = jpm.script("web.py", PYTHON.formatted(port));
    start("web.sh", "exec env -u PYTHONPATH -u JPM_SHARE_PORTS python3 %s".formatted(server));
    awaitGapless();
    for (String heard :
        List.of("the new process did not become ready", "is restarted with a gap")) {
      Jpm.Result result = jpm.run("reload", "web").ok();
      assertThat(result.err().lines().findFirst().orElse("")).contains(heard);
      assertThat(result.out())
          .containsPattern(
              "was restarted with a gap of .*, because its new process could not listen")
          .contains("Restarted web");
      awaitPort();
    }
    assertThat(jpm.run("describe", "web").ok().out()).contains("with a gap, because its new");
  }

  @Test
  void gapIsReportedBeforeAndAfterIfThePortCannotBeShared() throws IOException {
    start(
        "web.pl",
        """
        use IO::Socket::INET;
        my $server = IO::Socket::INET->new(LocalAddr => '127.0.0.1', LocalPort => %d, Listen => 9, ReuseAddr => 1) or die;
        while (my $client = $server->accept()) { close($client); }
        """
            .formatted(port));
    Eventually.await(
        "it is known that a reload has a gap",
        SOON,
        () -> jpm.run("describe", "web").ok().out().contains("with a gap, because perl"));
    Jpm.Result result = jpm.run("reload", "web").ok();
    assertThat(result.err()).contains("is restarted with a gap, because perl");
    assertThat(result.out())
        .containsPattern("was restarted with a gap of [0-9]+ ms, because perl")
        .contains("Restarted web")
        .doesNotContain("Reloaded");
    assertThat(jpm.run("events").ok().out())
        .containsPattern("restarted with a gap of [0-9]+ ms, because perl");
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void appWithBalanceOffIsRestartedInsteadOfReloaded() throws IOException {
    jpm.run(
            "start",
            jpm.script("web.js", NODE.formatted(port, "")).toString(),
            "--name",
            "web",
            "--balance",
            "off")
        .ok();
    awaitPort();
    assertThat(jpm.run("reload", "web").ok().out())
        .contains("because balance is off")
        .doesNotContain("Reloaded");
  }

  @Test
  @Tag("slow")
  @Needs(Need.NODE)
  void appWithoutAPortIsRestartedAndThisIsReported() throws IOException {
    jpm.run(
            "start",
            jpm.script("idle.js", "setInterval(() => {}, 1000);").toString(),
            "--name",
            "web")
        .ok();
    assertThat(jpm.run("reload", "web").ok().out())
        .contains("was restarted; it does not listen on any port", "Restarted web")
        .doesNotContain("Reloaded");
  }
}
