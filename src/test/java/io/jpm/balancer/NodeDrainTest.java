package io.jpm.balancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.BalancerFixture.Worker;
import io.jpm.balancer.HttpLoad.Answer;
import io.jpm.balancer.HttpLoad.HttpConnection;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.ClusterSettings;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.Strategy;
import io.jpm.model.process.Exit;
import io.jpm.model.process.Signal;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.Representatives;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Future;
import java.io.BufferedReader;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.KeyManagementException;
import java.security.NoSuchAlgorithmException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests how a Node process drains: it accepts no more connections and closes those that it has
/// (`lib/node-worker.cjs`).
@Timeout(180)
@Needs(Need.NODE)
class NodeDrainTest {
  private static final String GET = "GET %s HTTP/1.1\r\nHost: x\r\n\r\n";

  private BalancerFixture balancer;
  private Path folder = Path.of("");

  @BeforeEach
  void open(@TempDir Path dir) {
    folder = dir;
    balancer = new BalancerFixture(new LinuxProcessHost(), dir);
  }

  @AfterEach
  void close() {
    balancer.close();
  }

  private Worker start(String kind) {
    return balancer
        .start(BalancerFixture.server(kind, Strategy.KERNEL, kind, "127.0.0.1:0"), 0, 0)
        .awaitListening();
  }

  private static int await(Future<Integer> drained) {
    return BalancerFixture.await(drained);
  }

  /// A launcher does not read the drain command, so it would never confirm it.
  @Test
  void aLauncherWithoutListenersIsDrainedAtOnce() throws IOException {
    Path script = Files.writeString(folder.resolve("job.sh"), "exec sleep 1000\n");
    Path bash = BalancerFixture.program("bash");
    AppSpec spec =
        AppSpec.builder(
                new AppName("job"),
                new AppCommand(script, Optional.of(bash), List.of(), List.of()),
                folder)
            .cluster(
                new ClusterSettings(
                    false,
                    BalancingMode.AUTO,
                    Optional.empty(),
                    OptionalInt.empty(),
                    List.of(),
                    Duration.ofMinutes(10),
                    ProxyProtocol.NONE))
            .build();
    assertThat(await(balancer.start(spec, 0, 0).drain())).isZero();
  }

  @Test
  void pendingRequestsAreAnsweredAndTheirConnectionsClosed() throws IOException {
    Worker worker = start("http");
    try (HttpConnection slow = new HttpConnection(worker.port());
        HttpConnection begun = new HttpConnection(worker.port());
        HttpConnection used = new HttpConnection(worker.port())) {
      assertThat(used.ask("/", true).closes()).isFalse();
      slow.ask("/", true); // ensures that the process has accepted it
      slow.write(GET.formatted("/?wait=1500"));
      begun.write(GET.formatted("/begun"));
      assertThat(begun.line()).contains("200");
      Future<Integer> drained = worker.drain();

      Answer next = used.ask("/", true);
      while (!next.closes()) {
        next = used.ask("/", true); // the drain command has not arrived yet
      }
      assertThat(next.body()).isEqualTo("worker 1 " + worker.pid());
      assertThat(used.in.read()).isNegative();
      Answer last = slow.read();
      assertThat(last.body()).isEqualTo("worker 1 " + worker.pid());
      assertThat(last.closes()).isTrue();
      assertThat(begun.read().body()).isEqualTo("abcd");
      // Its head announced keep-alive, so another request is answered, too.
      assertThat(begun.ask("/", true).closes()).isTrue();
      assertThat(await(drained)).isZero();
    }
  }

  @Test
  void pipelinedRequestsAreAllAnswered() throws IOException {
    Worker worker = start("http");
    try (HttpConnection httpConnection = new HttpConnection(worker.port())) {
      httpConnection.ask("/", true); // ensures that the process has accepted it
      httpConnection.write(GET.formatted("/?wait=1500"));
      httpConnection.write(GET.formatted("/?wait=10"));
      httpConnection.write(GET.formatted("/"));
      Future<Integer> drained = worker.drain();
      assertThat(httpConnection.read().closes()).isFalse();
      assertThat(httpConnection.read().closes()).isFalse();
      Answer last = httpConnection.read();
      if (!last.closes()) {
        last =
            httpConnection.ask("/", true); // its head was written before the drain command arrived
      }
      assertThat(last.closes()).isTrue();
      assertThat(await(drained)).isZero();
    }
  }

  @Test
  void uploadIsReceivedCompletely() throws IOException {
    Worker worker = start("http");
    try (HttpConnection httpConnection = new HttpConnection(worker.port())) {
      httpConnection.ask("/", true);
      httpConnection.write("POST /upload HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n");
      httpConnection.write("x".repeat(10_000));
      Future<Integer> drained = worker.drain();
      worker.awaitNoListener();
      assertThat(drained.isComplete()).isFalse();
      httpConnection.write("x".repeat(10_000));
      Answer answer = httpConnection.read();
      assertThat(answer.body()).isEqualTo("20000 bytes");
      assertThat(answer.closes()).isTrue();
      assertThat(await(drained)).isZero();
    }
  }

  @Test
  void answerSentBeforeTheEndOfAnUploadIsNotLost() throws IOException {
    Worker worker = start("http");
    try (HttpConnection httpConnection = new HttpConnection(worker.port())) {
      httpConnection.write("POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 20000\r\n\r\n");
      httpConnection.write("x".repeat(10_000));
      assertThat(httpConnection.read().body()).startsWith("worker");
      Future<Integer> drained = worker.drain();
      worker.awaitNoListener();
      httpConnection.write("x".repeat(10_000));
      assertThat(httpConnection.ask("/", true).closes()).isTrue();
      assertThat(await(drained)).isZero();
    }
  }

  @Test
  void idleConnectionsAreClosed() throws IOException {
    Worker worker = start("http");
    try (HttpConnection fresh = new HttpConnection(worker.port());
        HttpConnection used = new HttpConnection(worker.port())) {
      used.ask("/", true); // ensures that the earlier one is accepted, too
      assertThat(await(worker.drain())).isZero();
      assertThat(used.in.read()).isNegative();
      assertThat(fresh.in.read()).isNegative();
    }
  }

  @Test
  void drainWaitsForAnIncompleteRequest() throws IOException {
    Worker worker = start("http");
    try (HttpConnection idle = new HttpConnection(worker.port());
        HttpConnection half = new HttpConnection(worker.port())) {
      half.ask("/", true);
      half.write("GET / HTTP/1.1\r\nHo");
      Future<Integer> drained = worker.drain();
      assertThat(idle.in.read()).isNegative(); // closed as idle: the other one must not be
      half.write("st: x\r\n\r\n");
      assertThat(half.read().closes()).isTrue();
      assertThat(await(drained)).isZero();
    }
  }

  @Test
  void drainWaitsForUpgradedConnections() throws IOException {
    Worker worker = start("http");
    try (HttpConnection idle = new HttpConnection(worker.port());
        HttpConnection httpConnection = new HttpConnection(worker.port())) {
      httpConnection.write(
          "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: echo\r\n\r\n");
      assertThat(httpConnection.line()).contains("101");
      while (!httpConnection.line().isEmpty()) {
        // Skips the head of the answer.
      }
      Future<Integer> drained = worker.drain();
      assertThat(idle.in.read()).isNegative(); // closed as idle: the other one must not be
      assertEchoes(httpConnection);
      assertThat(drained.isComplete()).isFalse();
      httpConnection.disconnect();
      assertThat(await(drained)).isZero();
    }
  }

  @Test
  void drainWaitsForRawConnections() throws IOException {
    Worker worker = start("net");
    try (HttpConnection httpConnection = new HttpConnection(worker.port())) {
      assertThat(httpConnection.line()).startsWith("worker 1");
      Future<Integer> drained = worker.drain();
      worker.awaitNoListener();
      assertEchoes(httpConnection);
      assertThat(drained.isComplete()).isFalse();
      httpConnection.disconnect();
      assertThat(await(drained)).isZero();
    }
  }

  private static void assertEchoes(HttpConnection httpConnection) throws IOException {
    httpConnection.write("still here");
    assertThat(new String(httpConnection.exactly(10), StandardCharsets.UTF_8))
        .isEqualTo("still here");
  }

  @Test
  void drainEndsAtItsTimeout() throws IOException {
    Duration timeout = Duration.ofMillis(200);
    AppSpec spec = BalancerFixture.server("raw", Strategy.KERNEL, "net", "127.0.0.1:0");
    ClusterSettings clusterSettings = spec.cluster();
    ClusterSettings hasty =
        new ClusterSettings(
            true,
            clusterSettings.balance(),
            clusterSettings.strategy(),
            clusterSettings.port(),
            clusterSettings.listen(),
            timeout,
            clusterSettings.proxyProtocol());
    Worker worker = balancer.start(spec.toBuilder().cluster(hasty).build(), 0, 0).awaitListening();
    try (HttpConnection httpConnection = new HttpConnection(worker.port())) {
      httpConnection.line();
      long begun = System.nanoTime();
      assertThat(await(worker.drain())).as("connections that are left").isEqualTo(1);
      assertThat(Duration.ofNanos(System.nanoTime() - begun)).isGreaterThanOrEqualTo(timeout);
      assertEchoes(httpConnection);
    }
  }

  @Test
  void shutdownHandlerOfTheAppWorksAfterADrain() throws IOException {
    Worker worker = start("http");
    assertThat(await(worker.drain())).isZero();
    assertThat(worker.end(Signal.SIGINT)).isEqualTo(new Exit.Code(0));
    worker.awaitOutput("stopped well");
  }

  @ParameterizedTest
  @Representatives(1)
  @ValueSource(strings = {"https", "h2"})
  void encryptedConnectionsDrainLikeOthers(String kind) throws Exception {
    makeCertificate();
    Worker worker = start(kind);
    try (SSLSocket idle = encrypted(worker.port());
        SSLSocket used = encrypted(worker.port())) {
      String head = ask(used);
      assertThat(head).doesNotContain("close");
      Future<Integer> drained = worker.drain();
      assertThat(idle.getInputStream().read()).isNegative();
      assertThat(used.getInputStream().read()).isNegative();
      assertThat(await(drained)).isZero();
    }
  }

  private static String ask(SSLSocket socket) throws IOException {
    socket.getOutputStream().write(GET.formatted("/").getBytes(StandardCharsets.UTF_8));
    byte[] bytes = new byte[4096];
    StringBuilder text = new StringBuilder();
    while (!text.toString().contains("worker 1 ")) {
      int count = socket.getInputStream().read(bytes);
      assertThat(count).isPositive();
      text.append(new String(bytes, 0, count, StandardCharsets.UTF_8));
    }
    return text.toString();
  }

  private static SSLSocket encrypted(int port)
      throws IOException, NoSuchAlgorithmException, KeyManagementException {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustAnyServer()}, null);
    SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port);
    socket.setSoTimeout(TestDeadline.millis(30));
    socket.startHandshake();
    return socket;
  }

  /// Accepts the self-signed certificate of the test.
  private static final class TrustAnyServer implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {
      throw new AssertionError("no client has a certificate");
    }

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {
      assertThat(chain).isNotEmpty();
    }

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  private void makeCertificate() throws IOException, InterruptedException {
    Path file = folder.resolve("key.p12");
    Process keytool =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "keytool").toString(),
                "-genkeypair",
                "-keyalg",
                "EC",
                "-alias",
                "x",
                "-dname",
                "CN=localhost",
                "-storetype",
                "PKCS12",
                "-keystore",
                file.toString(),
                "-storepass",
                "secret")
            .redirectErrorStream(true)
            .start();
    String output = new String(keytool.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(keytool.waitFor()).as(output).isZero();
    balancer.environment.put("PFX", file.toString());
  }

  @ParameterizedTest
  @Representatives(1)
  @ValueSource(strings = {"h2c", "h2"})
  void http2ClientsReceiveGoawayAndNoStartedRequestFails(String kind) throws Exception {
    boolean encrypted = kind.equals("h2");
    if (encrypted) {
      makeCertificate();
    }
    AppSpec spec = BalancerFixture.server(kind, Strategy.KERNEL, kind, "127.0.0.1:0");
    Worker old = balancer.start(spec, 0, 0).awaitListening();
    String url = (encrypted ? "https" : "http") + "://127.0.0.1:" + old.port();
    Process client =
        new ProcessBuilder(
                BalancerFixture.program("node").toString(),
                Path.of("src/test/resources/balancer/h2-client.cjs").toAbsolutePath().toString(),
                url)
            .redirectError(ProcessBuilder.Redirect.DISCARD)
            .start();
    List<String> said = new CopyOnWriteArrayList<>();
    Thread reader =
        Thread.ofVirtual()
            .start(() -> {
              try (BufferedReader lines = client.inputReader()) {
                lines.lines().forEach(said::add);
              } catch (IOException ended) {
                said.add("end");
              }
            });
    try {
      awaitCount(client, said, "asked \\d{3,} failed 0 goaways 0 refused 0");
      balancer.start(spec, 0, 0).awaitListening();
      assertThat(await(old.drain())).isZero();
      old.end(Signal.SIGINT);
      awaitCount(client, said, "asked \\d{3,} failed 0 goaways [1-9]\\d* refused \\d");
      assertThat(said).noneMatch(line -> line.matches("(failed|session|goaway|answer) .*"));
    } finally {
      client.outputWriter().close();
      client.waitFor();
      reader.join();
    }
  }

  private static void awaitCount(Process client, List<String> said, String pattern) {
    Eventually.await(
        pattern,
        BalancerFixture.DEADLINE,
        () -> {
          try {
            client.outputWriter().write("?\n");
            client.outputWriter().flush();
          } catch (IOException ended) {
            throw new AssertionError(String.join("\n", said), ended);
          }
          return !said.isEmpty() && said.getLast().matches(pattern);
        },
        () ->
            said.stream().filter(line -> !line.startsWith("asked")).toList()
                + (said.isEmpty() ? "nothing" : said.getLast()));
  }

  @Test
  void esModulesDrainAndTheirThreadsAndChildrenAreUnaffected() throws IOException {
    balancer.environment.put("PRELOAD", Path.of("lib/node-worker.cjs").toAbsolutePath().toString());
    Worker worker =
        balancer.start(BalancerFixture.node("module", Strategy.KERNEL, "module.mjs"), 0, 0);
    worker.awaitOutput("thread env=undefined");
    worker.awaitOutput("child listens alone true");
    try (HttpConnection httpConnection = new HttpConnection(worker.port())) {
      assertThat(httpConnection.ask("/", true).body()).isEqualTo("module");
      assertThat(await(worker.drain())).isZero();
    }
  }
}
