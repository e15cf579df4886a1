package io.jpm.balancer.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.balancer.proxy.ProxyHarness.Instance;
import io.jpm.bus.Addresses;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReply.Prepared;
import io.jpm.bus.balancer.BalancerReply.Refused;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ClusterSettings;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.ProxyProtocol;
import io.jpm.model.Strategy;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.WorkerId;
import io.jpm.os.HostFixture;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
@SuppressWarnings("AddressSelection") // They are addresses already.
class ProxyBackendTest {
  /// Netty adds an overhead to the bytes of each entry in its queue.
  private static final long MOST_BUFFERED = BackendConnection.MOST_BYTES + 256;

  private ProxyHarness proxy;

  @BeforeEach
  void open() throws IOException {
    proxy = new ProxyHarness();
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
  }

  /// Returns a handler that sends `name` and closes the connection.
  private static Server.ConnectionHandler answersWith(String name) {
    return socket -> socket.getOutputStream().write(name.getBytes(US_ASCII));
  }

  private String readAnswer() throws IOException {
    try (Socket socket = proxy.connect()) {
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  private List<String> readAnswers(int count) throws IOException {
    List<String> answers = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      answers.add(readAnswer());
    }
    return answers;
  }

  private long counter(Instance instance, String counter) {
    return proxy
        .get(() -> proxy.backend.counters(instance.worker().id()))
        .getOrDefault(counter, -1L);
  }

  // ---------------------------------------------------------------- the port

  @Test
  void eachProcessGetsItsOwnPortAndThePortOfTheAppIsOpen() throws IOException {
    Set<Integer> ports = new HashSet<>();
    for (int i = 0; i < 4; i++) {
      Prepared prepared = (Prepared) proxy.prepare(proxy.worker(i));
      String own = prepared.environment().getOrDefault("PORT", "");
      assertThat(prepared.environment()).isEqualTo(Map.of("PORT", own, "SERVER_PORT", own));
      assertThat(prepared.balancerState()).isEqualTo(own + " " + proxy.port);
      assertThat(prepared.ipcChannel()).isTrue();
      assertThat(prepared.mustListen()).isTrue();
      assertThat(prepared.startHint())
          .isEqualTo(
              "it does not listen on port %s, the value of its variable PORT: it must listen there, not on port %d"
                  .formatted(own, proxy.port));
      int id = i;
      assertThat(proxy.get(() -> proxy.backend.privatePort(new InstanceId(id))))
          .hasValue(Integer.parseInt(own));
      ports.add(Integer.parseInt(own));
    }
    assertThat(ports).hasSize(4).doesNotContain(proxy.port);
    try (Socket socket = new Socket(InetAddress.getByName("::1"), proxy.port)) {
      assertThat(socket.isConnected()).isTrue();
    }
    assertThat(proxy.get(() -> proxy.backend.addresses(ProxyHarness.APP)))
        .containsExactly(Integer.toString(proxy.port));
    assertThat(proxy.get(() -> proxy.backend.strategy(ProxyHarness.APP))).isEqualTo("round_robin");
  }

  @Test
  void portInUseIsRefusedWithAReason() throws IOException {
    try (ServerSocket other = new ServerSocket(proxy.port)) {
      assertThat(other.isBound()).isTrue();
      assertThat(((Refused) proxy.prepare(proxy.worker(0))).reason())
          .isEqualTo(
              "port %d is already in use: another program listens there; stop it, or set port to a different one"
                  .formatted(proxy.port));
    }
    assertThat(proxy.prepare(proxy.worker(0))).isInstanceOf(Prepared.class);
    assertThat(((Refused) proxy.prepare(proxy.worker(1), proxy.spec(new AppName("shop")))).reason())
        .contains("the app \"web\" listens there");
  }

  @Test
  @Needs(Need.NODE)
  void processThatHoldsThePortIsNamedIfTheSystemKnowsIt() throws IOException {
    try (LinuxProcessHost host = new LinuxProcessHost();
        ProxyHarness kept = new ProxyHarness(ProxyHarness.freePort(), host.listenSockets())) {
      Process stranger =
          new ProcessBuilder(
                  "node", "-e", "require('net').createServer().listen(%d)".formatted(kept.port))
              .start();
      try {
        Eventually.await(
            "the foreign process listens",
            ProxyHarness.TIMEOUT,
            () -> host.listeners().stream().anyMatch(it -> it.address().getPort() == kept.port));
        assertThat(((Refused) kept.prepare(kept.worker(0))).reason())
            .contains(
                "port %d is already in use by pid %d (node)".formatted(kept.port, stranger.pid()));
      } finally {
        stranger.destroyForcibly();
      }
    }
  }

  @Test
  void portCanBeSetByAVariableOfTheApp() {
    AppSpec spec =
        proxy.spec().toBuilder()
            .cluster(ClusterSettings.auto())
            .variables(EnvironmentVariables.declared(Map.of("PORT", Integer.toString(proxy.port))))
            .build();
    assertThat(((Prepared) proxy.prepare(proxy.worker(0), spec)).balancerState())
        .endsWith(" " + proxy.port);
    BalancerReply refused =
        proxy.prepare(
            proxy.worker(1), spec.toBuilder().variables(EnvironmentVariables.NONE).build());
    assertThat(((Refused) refused).reason())
        .contains("set port to the port that clients connect to");
  }

  @Test
  void programThatIgnoresItsPortIsReported() throws IOException {
    WorkerId first = proxy.worker(0);
    proxy.begin(first, ((Prepared) proxy.prepare(first)).balancerState());
    assertThat(proxy.get(() -> proxy.backend.problem(first.id()))).isEmpty();
    proxy.run(() -> proxy.backend.processTerminated(first));
    WorkerId second = proxy.worker(0);
    Prepared prepared = (Prepared) proxy.prepare(second);
    proxy.begin(second, prepared.balancerState());
    assertThat(proxy.get(() -> proxy.backend.problem(first.id())))
        .contains(
            "it does not listen on port %s, the value of its variable PORT: it must listen there, not on port %d"
                .formatted(prepared.environment().get("PORT"), proxy.port));
    proxy.run(() -> proxy.backend.processTerminated(second));
    Instance heard = proxy.start(0, answersWith("a"));
    assertThat(readAnswer()).isEqualTo("a");
    assertThat(proxy.get(() -> proxy.backend.problem(heard.worker().id()))).isEmpty();
  }

  @Test
  void thePortIsClosedWhenTheLastInstanceIsReleased() throws IOException {
    Instance first = proxy.start(0, answersWith("a"));
    Instance second = proxy.start(1, answersWith("b"));
    proxy.end(first);
    proxy.run(() -> proxy.backend.released(first.worker()));
    assertThat(readAnswer()).isEqualTo("b");
    proxy.end(second);
    new Socket(ProxyHarness.LOOPBACK, proxy.port).close();
    proxy.run(() -> proxy.backend.released(second.worker()));
    Eventually.await("the port is free", ProxyHarness.TIMEOUT, this::portIsFree);
    assertThat(proxy.get(() -> proxy.backend.counters(second.worker().id()))).isEmpty();
    proxy.start(0, answersWith("c"));
    assertThat(readAnswer()).isEqualTo("c");
  }

  private boolean portIsFree() {
    try (ServerSocket socket = new ServerSocket(proxy.port)) {
      return socket.isBound();
    } catch (IOException inUse) {
      return false;
    }
  }

  @Test
  void oldPortIsClosedWithTheLastProcessThatUsesIt() throws IOException {
    Instance old = proxy.start(0, answersWith("old"));
    int moved = ProxyHarness.freePort();
    ClusterSettings was = proxy.spec().cluster();
    AppSpec spec =
        proxy.spec().toBuilder()
            .cluster(
                new ClusterSettings(
                    true,
                    was.balance(),
                    was.strategy(),
                    java.util.OptionalInt.of(moved),
                    was.listen(),
                    was.drain(),
                    was.proxyProtocol()))
            .build();
    WorkerId candidate = proxy.worker(0);
    assertThat(proxy.prepare(candidate, spec)).isInstanceOf(Prepared.class);
    assertThat(readAnswer()).isEqualTo("old");
    proxy.end(old);
    Eventually.await("the old port is free", ProxyHarness.TIMEOUT, this::portIsFree);
    assertThat(proxy.get(() -> proxy.backend.addresses(ProxyHarness.APP)))
        .containsExactly(Integer.toString(moved));
  }

  @Test
  void nextDaemonServesThePortWithTheRunningInstances() throws Exception {
    Instance instance = proxy.start(0, answersWith("a"));
    assertThat(readAnswer()).isEqualTo("a");
    try (ProxyHarness next = new ProxyHarness(proxy.port, Optional.empty())) {
      // The old daemon still holds the port: the new one keeps trying.
      next.begin(instance.worker(), instance.memo());
      ProxyHarness.await(proxy.onContext(proxy.backend::close));
      Eventually.await(
          "the instance listens",
          ProxyHarness.TIMEOUT,
          () -> next.listening.containsKey(instance.worker()));
      assertThat(next.listening.get(instance.worker()))
          .isEqualTo("port %d, through %d".formatted(proxy.port, instance.port()));
      Eventually.await(
          "the instance answers",
          ProxyHarness.TIMEOUT,
          () -> {
            try {
              return readAnswer().equals("a");
            } catch (IOException notYet) {
              return false;
            }
          });
    }
  }

  @Test
  void connectionsBetweenTwoDaemonsWaitForTheNextDaemon(@TempDir Path dir) throws Exception {
    LinuxProcessHost host = new LinuxProcessHost(dir);
    try (HostFixture _ = new HostFixture(host, dir)) {
      int port = ProxyHarness.freePort();
      Socket between;
      try (ProxyHarness first = new ProxyHarness(port, host.listenSockets())) {
        Instance instance = first.start(0, answersWith("a"));
        assertThat(answer(first.connect())).isEqualTo("a");
        ProxyHarness.await(first.onContext(first.backend::close));
        between = new Socket(ProxyHarness.LOOPBACK, port);
        between.setSoTimeout((int) ProxyHarness.TIMEOUT.toMillis());
        try (ProxyHarness next = new ProxyHarness(port, host.listenSockets())) {
          String key = "proxy web " + port;
          assertThat(next.get(() -> next.backend.claimsSocket(key))).isFalse();
          next.begin(instance.worker(), instance.memo());
          assertThat(next.get(() -> next.backend.claimsSocket(key))).isTrue();
          assertThat(answer(between)).isEqualTo("a");
          next.run(() -> next.backend.processTerminated(instance.worker()));
          next.run(() -> next.backend.released(instance.worker()));
          Eventually.await("the port is free", ProxyHarness.TIMEOUT, () -> isRefused(port));
          assertThat(host.listenSockets().orElseThrow().find(key)).isEmpty();
        }
      }
    }
  }

  private static boolean isRefused(int port) {
    try (Socket socket = new Socket(ProxyHarness.LOOPBACK, port)) {
      return !socket.isConnected();
    } catch (ConnectException refused) {
      return true;
    } catch (SocketException reset) {
      // The listening socket was closed while this connection waited in it.
      return false;
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  private static String answer(Socket socket) throws IOException {
    try (socket) {
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  // ---------------------------------------------------------------- bytes

  @Test
  void bytesGoBothWaysAndAreCounted() throws IOException {
    Instance instance = proxy.start(0, Server::echo);
    try (Socket socket = proxy.connect()) {
      for (int i = 0; i < 100; i++) {
        byte[] line = ("line " + i + "\n").getBytes(US_ASCII);
        socket.getOutputStream().write(line);
        assertThat(socket.getInputStream().readNBytes(line.length)).isEqualTo(line);
      }
      assertThat(counter(instance, "open")).isEqualTo(1);
    }
    Eventually.await(
        "the connection has ended", ProxyHarness.TIMEOUT, () -> counter(instance, "open") == 0);
    assertThat(proxy.get(() -> proxy.backend.counters(instance.worker().id())))
        .containsExactly(
            Map.entry("connections", 1L),
            Map.entry("open", 0L),
            Map.entry("bytes_in", 790L),
            Map.entry("bytes_out", 790L),
            Map.entry("failures", 0L),
            Map.entry("ejections", 0L));
  }

  @Test
  void clientThatEndsItsSideReceivesTheWholeAnswer() throws IOException {
    byte[] answer = new byte[3_000_000];
    for (int i = 0; i < answer.length; i++) {
      answer[i] = (byte) (i * 31);
    }
    AtomicReference<String> request = new AtomicReference<>();
    proxy.start(
        0,
        socket -> {
          request.set(new String(socket.getInputStream().readAllBytes(), US_ASCII));
          socket.getOutputStream().write(answer);
        });
    try (Socket socket = proxy.connect()) {
      socket.getOutputStream().write("all of it?".getBytes(US_ASCII));
      socket.shutdownOutput();
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo(answer);
    }
    assertThat(request.get()).isEqualTo("all of it?");
  }

  @Test
  void instanceThatEndsItsSideReceivesTheRest() throws Exception {
    AtomicReference<String> rest = new AtomicReference<>();
    CountDownLatch heard = new CountDownLatch(1);
    proxy.start(
        0,
        socket -> {
          socket.getOutputStream().write("bye".getBytes(US_ASCII));
          socket.shutdownOutput();
          String said = new String(socket.getInputStream().readAllBytes(), US_ASCII);
          // The daemon's own first connection sends nothing.
          if (!said.isEmpty()) {
            rest.set(said);
            heard.countDown();
          }
        });
    try (Socket socket = proxy.connect()) {
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo("bye".getBytes(US_ASCII));
      socket.getOutputStream().write("and more".getBytes(US_ASCII));
      socket.shutdownOutput();
      heard.await();
    }
    assertThat(rest.get()).isEqualTo("and more");
  }

  @Test
  void slowReaderDelaysTheSenderAndDoesNotFillMemory() throws Exception {
    long size = 50_000_000;
    CountDownLatch go = new CountDownLatch(1);
    Instance instance =
        proxy.start(
            0,
            socket -> {
              await(go);
              long got = 0;
              byte[] chunk = new byte[100_000];
              for (int n = socket.getInputStream().read(chunk);
                  n >= 0;
                  n = socket.getInputStream().read(chunk)) {
                got += n;
              }
              socket.getOutputStream().write(Long.toString(got).getBytes(US_ASCII));
            });
    Socket socket = proxy.connect();
    Thread upload =
        Thread.ofVirtual()
            .start(() -> {
              try {
                byte[] chunk = new byte[100_000];
                for (long sent = 0; sent < size; sent += chunk.length) {
                  socket.getOutputStream().write(chunk);
                }
                socket.shutdownOutput();
              } catch (IOException error) {
                throw new java.io.UncheckedIOException(error);
              }
            });
    Eventually.await("the sender is held up", ProxyHarness.TIMEOUT, () -> buffered() > 0);
    assertThat(buffered()).isLessThanOrEqualTo(MOST_BUFFERED);
    assertThat(counter(instance, "bytes_in")).isLessThan(size);
    go.countDown();
    while (upload.isAlive()) {
      assertThat(buffered()).isLessThanOrEqualTo(MOST_BUFFERED);
      upload.join(java.time.Duration.ofMillis(5));
    }
    assertThat(new String(socket.getInputStream().readAllBytes(), US_ASCII))
        .isEqualTo(Long.toString(size));
    assertThat(counter(instance, "bytes_in")).isEqualTo(size);
  }

  /// Returns the number of bytes that all connections buffer in memory.
  private long buffered() {
    long sum = 0;
    for (ProxyListener proxyListener : proxy.get(proxy.backend::fronts)) {
      for (Relay relay : proxyListener.relays()) {
        try {
          sum += relay.client().eventLoop().submit(relay::buffered).get();
        } catch (InterruptedException | java.util.concurrent.ExecutionException error) {
          throw new IllegalStateException(error);
        }
      }
    }
    return sum;
  }

  private static void await(CountDownLatch latch) throws IOException {
    try {
      latch.await();
    } catch (InterruptedException interrupted) {
      throw new IOException(interrupted);
    }
  }

  @Test
  void resetOfTheInstanceResetsTheClient() throws IOException {
    Instance instance =
        proxy.start(
            0,
            socket -> {
              assertThat(socket.getInputStream().read()).isEqualTo('x');
              socket.setSoLinger(true, 0);
            });
    try (Socket socket = proxy.connect()) {
      socket.getOutputStream().write('x');
      assertThatThrownBy(() -> socket.getInputStream().read())
          .isInstanceOf(SocketException.class)
          .hasMessageContaining("reset");
    }
    Eventually.await(
        "the connection has ended", ProxyHarness.TIMEOUT, () -> counter(instance, "open") == 0);
    assertThat(counter(instance, "failures")).isEqualTo(1);
  }

  @Test
  void resetOfTheClientResetsTheInstance() throws Exception {
    AtomicReference<Throwable> seen = new AtomicReference<>();
    CountDownLatch over = new CountDownLatch(1);
    Instance instance =
        proxy.start(
            0,
            socket -> {
              socket.getOutputStream().write('x');
              try {
                socket.getInputStream().read();
              } catch (SocketException error) {
                seen.set(error);
                over.countDown();
              }
            });
    Socket socket = proxy.connect();
    assertThat(socket.getInputStream().read()).isEqualTo('x');
    socket.setSoLinger(true, 0);
    socket.close();
    over.await();
    assertThat(seen.get()).hasMessageContaining("reset");
    Eventually.await(
        "the connection has ended", ProxyHarness.TIMEOUT, () -> counter(instance, "open") == 0);
    assertThat(counter(instance, "failures")).isEqualTo(0);
  }

  @Test
  void earlyAnswerArrivesThoughTheInstanceDiscardsTheRest() throws IOException {
    proxy.start(
        0,
        socket -> {
          socket.getInputStream().readNBytes(1000);
          socket.getOutputStream().write("too large".getBytes(US_ASCII));
          socket.shutdownOutput();
          // As web servers do: the rest is read and discarded, so that no reset overtakes the
          // answer.
          socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
        });
    try (Socket socket = proxy.connect()) {
      socket.getOutputStream().write(new byte[200_000]);
      assertThat(socket.getInputStream().readAllBytes()).isEqualTo("too large".getBytes(US_ASCII));
    }
  }

  @Test
  void thousandsOfIdleConnectionsStayUsable() throws IOException {
    Instance instance = proxy.start(0, Server::echo);
    // Each takes four descriptors of this process: one of the client, two of the daemon, one of the
    // instance.
    int count = (int) Math.min(2000, descriptors() / 8);
    List<Socket> sockets = new ArrayList<>();
    for (int i = 0; i < count; i++) {
      sockets.add(proxy.connect());
    }
    Eventually.await(
        "all connections are open", ProxyHarness.TIMEOUT, () -> counter(instance, "open") == count);
    assertThat(buffered()).isZero();
    for (Socket socket : sockets) {
      socket.getOutputStream().write('x');
    }
    for (Socket socket : sockets) {
      assertThat(socket.getInputStream().read()).isEqualTo('x');
      socket.close();
    }
    Eventually.await(
        "all connections are closed", ProxyHarness.TIMEOUT, () -> counter(instance, "open") == 0);
  }

  private static long descriptors() {
    var system = java.lang.management.ManagementFactory.getOperatingSystemMXBean();
    return system instanceof com.sun.management.UnixOperatingSystemMXBean unix
        ? unix.getMaxFileDescriptorCount() - unix.getOpenFileDescriptorCount()
        : 800;
  }

  @Test
  void instanceCanListenOnIpv6Only() throws IOException {
    Instance instance = proxy.startServer(0, answersWith("four"));
    instance.server().close();
    proxy.closeLater(new Server(InetAddress.getByName("::1"), instance.port(), answersWith("six")));
    proxy.begin(instance.worker(), instance.memo());
    assertThat(readAnswer()).isEqualTo("six");
  }

  // ---------------------------------------------------------------- selection

  @Test
  void instancesTakeTurns() throws IOException {
    proxy.start(0, answersWith("a"));
    proxy.start(1, answersWith("b"));
    List<String> answers = readAnswers(10);
    assertThat(answers).containsOnly("a", "b");
    for (int i = 2; i < answers.size(); i++) {
      assertThat(answers.get(i)).isEqualTo(answers.get(i - 2)).isNotEqualTo(answers.get(i - 1));
    }
  }

  @Test
  void deadInstanceCostsNoConnectionAndIsEjected() throws IOException {
    Instance dead = proxy.start(0, answersWith("a"));
    proxy.start(1, answersWith("b"));
    dead.server().close();
    assertThat(readAnswers(20)).containsOnly("b");
    Eventually.await(
        "the instance is ejected", ProxyHarness.TIMEOUT, () -> counter(dead, "ejections") >= 1);
    assertThat(counter(dead, "failures")).isGreaterThanOrEqualTo(3);
    proxy.closeLater(new Server(ProxyHarness.LOOPBACK, dead.port(), answersWith("a")));
    Eventually.await("the instance is back", ProxyHarness.TIMEOUT, () -> isAnsweredWith("a"));
  }

  private boolean isAnsweredWith(String answer) {
    try {
      return readAnswer().equals(answer);
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  @Test
  void unfitInstanceReceivesNoConnectionsWhileAnotherIsFit() throws IOException {
    Instance one = proxy.start(0, answersWith("one"));
    Instance two = proxy.start(1, answersWith("two"));
    proxy.run(() -> proxy.backend.setFit(one.worker(), false));
    assertThat(readAnswers(6)).containsOnly("two");
    assertThat(proxy.get(() -> proxy.backend.problem(one.worker().id())))
        .contains("its readiness probe fails: new connections go to the other instances");
    assertThat(proxy.get(() -> proxy.backend.problem(two.worker().id()))).isEmpty();

    // If no instance is fit, all of them receive connections.
    proxy.run(() -> proxy.backend.setFit(two.worker(), false));
    assertThat(readAnswers(6)).contains("one", "two");
    proxy.run(() -> proxy.backend.setFit(one.worker(), true));
    assertThat(readAnswers(6)).containsOnly("one");
    proxy.run(() -> proxy.backend.setFit(two.worker(), true));
    // Slow start: it receives few connections at first.
    Eventually.await(
        "the other instance is back", ProxyHarness.TIMEOUT, () -> isAnsweredWith("two"));
  }

  @Test
  void instanceThatIsNotReadyReceivesProbesButNoClients() throws IOException {
    Instance one = proxy.start(0, answersWith("one"));
    proxy.withReadiness();
    Instance two = proxy.start(1, answersWith("two"));
    assertThat(readAnswers(6)).containsOnly("one");
    assertThat(probe(two)).isEqualTo("two");
    assertThat(probe(one)).isEqualTo("one");
    assertThat(proxy.route(two.worker(), two.port()))
        .isEqualTo(new Route.Via(new InetSocketAddress(ProxyHarness.LOOPBACK, two.port())));

    proxy.run(() -> proxy.backend.ready(two.worker()));
    Eventually.await(
        "the other instance receives clients", ProxyHarness.TIMEOUT, () -> isAnsweredWith("two"));
  }

  /// Returns the answer of `instance` to a probe of the app's port.
  private String probe(Instance instance) throws IOException {
    var way = (Route.Via) proxy.route(instance.worker(), proxy.port);
    try (Socket socket = new Socket(way.address().getAddress(), way.address().getPort())) {
      return new String(socket.getInputStream().readAllBytes(), US_ASCII);
    }
  }

  @Test
  void clientsWaitUntilTheOnlyInstanceIsReady() throws Exception {
    proxy.withReadiness();
    Instance one = proxy.start(0, answersWith("one"));
    try (Socket waiting = proxy.connect()) {
      ProxyListener proxyListener = proxy.get(proxy.backend::fronts).iterator().next();
      Eventually.await(
          "the client waits",
          ProxyHarness.TIMEOUT,
          () -> proxy.get(proxyListener::waitingCount) == 1);
      assertThat(probe(one)).isEqualTo("one");
      proxy.run(() -> proxy.backend.ready(one.worker()));
      assertThat(waiting.getInputStream().readAllBytes()).asString(US_ASCII).isEqualTo("one");
    }
  }

  @Test
  void instanceReadyForThePreviousDaemonReceivesClientsAtOnce() throws IOException {
    proxy.withReadiness();
    Instance one = proxy.startServer(0, answersWith("one"));
    Instance two = proxy.startServer(1, answersWith("two"));
    proxy.run(() -> proxy.backend.processTerminated(one.worker()));
    proxy.run(() -> proxy.backend.processTerminated(two.worker()));
    proxy.begin(one.worker(), one.memo(), true);
    proxy.begin(two.worker(), two.memo(), false);
    Eventually.await("both listen", ProxyHarness.TIMEOUT, () -> proxy.listening.size() == 2);
    assertThat(readAnswers(6)).containsOnly("one");
    assertThat(probe(two)).isEqualTo("two");
  }

  @Test
  void probeHasNoRouteBeforeTheProcessListens() {
    proxy.withReadiness();
    WorkerId worker = proxy.worker(0);
    var prepared = (Prepared) proxy.prepare(worker);
    assertThat(proxy.route(worker, proxy.port))
        .isEqualTo(
            new Route.Unreachable(
                "the process does not yet listen on port %s, the value of its variable PORT"
                    .formatted(prepared.environment().get("PORT"))));
  }

  @Test
  void probeSendsTheProxyProtocolHeader() throws IOException {
    proxy.with(ProxyProtocol.V1).withReadiness();
    Instance instance = proxy.start(0, Server::echo);
    for (int count = 0; count < 3; count++) {
      var way = (Route.Via) proxy.route(instance.worker(), proxy.port);
      try (Socket socket = new Socket(way.address().getAddress(), way.address().getPort())) {
        socket.getOutputStream().write("hello".getBytes(US_ASCII));
        socket.shutdownOutput();
        assertThat(socket.getInputStream().readAllBytes())
            .asString(US_ASCII)
            .isEqualTo(
                "PROXY TCP4 127.0.0.1 127.0.0.1 %d %d\r\nhello"
                    .formatted(socket.getLocalPort(), socket.getPort()));
      }
    }
    Eventually.await("no connection is left", ProxyHarness.TIMEOUT, () -> openRelays() == 0);
  }

  @Test
  void connectionsWaitUntilAnInstanceIsReady() throws Exception {
    Instance instance =
        proxy.startServer(
            0,
            socket -> {
              socket.getOutputStream().write(socket.getInputStream().read());
            });
    List<Socket> waiting = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      Socket socket = proxy.connect();
      socket.getOutputStream().write('a' + i);
      waiting.add(socket);
    }
    ProxyListener proxyListener = proxy.get(proxy.backend::fronts).iterator().next();
    Eventually.await(
        "the clients wait",
        ProxyHarness.TIMEOUT,
        () -> proxy.get(proxyListener::waitingCount) == waiting.size());
    assertThat(instance.server().accepted.get()).isZero();
    proxy.begin(instance.worker(), instance.memo());
    for (int i = 0; i < waiting.size(); i++) {
      assertThat(waiting.get(i).getInputStream().read()).isEqualTo('a' + i);
    }
  }

  @Test
  void connectionsWaitWhileTheOnlyInstanceIsReplacedAfterACrash() throws IOException {
    Instance first = proxy.start(0, answersWith("a"));
    first.server().close();
    Socket socket = proxy.connect();
    proxy.end(first);
    proxy.start(0, answersWith("b"));
    assertThat(socket.getInputStream().readAllBytes()).isEqualTo("b".getBytes(US_ASCII));
  }

  @Test
  void connectionsBeyondTheQueueLimitAreClosed() throws IOException {
    proxy.startServer(0, answersWith("a"));
    for (int i = 0; i < ConnectionQueue.MOST; i++) {
      proxy.connect();
    }
    ProxyListener proxyListener = proxy.get(proxy.backend::fronts).iterator().next();
    Eventually.await(
        "the clients wait",
        ProxyHarness.TIMEOUT,
        () -> proxy.get(proxyListener::waitingCount) == ConnectionQueue.MOST);
    assertThat(readAnswer()).isEmpty();
  }

  @Test
  void leastConnAvoidsAnInstanceThatHangs() throws IOException {
    proxy.with(Strategy.LEAST_CONN);
    CountDownLatch never = new CountDownLatch(1);
    proxy.closeLater(never::countDown);
    Instance hangs = proxy.start(0, _ -> await(never));
    proxy.start(1, answersWith("b"));
    proxy.start(2, answersWith("c"));
    boolean stuck = false;
    while (!stuck) {
      Socket socket = proxy.connect();
      Eventually.await(
          "the connection has an instance",
          ProxyHarness.TIMEOUT,
          () -> counter(hangs, "open") == 1 || isAnswered(socket));
      stuck = counter(hangs, "open") == 1;
      if (!stuck) {
        socket.close();
      }
    }
    Eventually.await("only one connection is open", ProxyHarness.TIMEOUT, () -> openRelays() == 1);
    assertThat(readAnswers(30)).containsOnly("b", "c");
  }

  private static boolean isAnswered(Socket socket) {
    try {
      return socket.getInputStream().available() > 0;
    } catch (IOException error) {
      throw new java.io.UncheckedIOException(error);
    }
  }

  private long openRelays() {
    return proxy.get(proxy.backend::fronts).stream().mapToLong(f -> f.relays().size()).sum();
  }

  @Test
  void ipHashKeepsAClientOnOneInstance() throws IOException {
    proxy.with(Strategy.IP_HASH);
    proxy.start(0, answersWith("a"));
    proxy.start(1, answersWith("b"));
    proxy.start(2, answersWith("c"));
    assertThat(new HashSet<>(readAnswers(20))).hasSize(1);
  }

  @Test
  void clientAddressIsSentBeforeTheFirstByte() throws IOException {
    for (ProxyProtocol version : List.of(ProxyProtocol.V1, ProxyProtocol.V2)) {
      proxy.with(version);
      Instance instance = proxy.start(0, Server::echo);
      try (Socket socket = proxy.connect()) {
        socket.getOutputStream().write("hello".getBytes(US_ASCII));
        socket.shutdownOutput();
        byte[] all = socket.getInputStream().readAllBytes();
        String seen = new String(all, java.nio.charset.StandardCharsets.ISO_8859_1);
        if (version == ProxyProtocol.V1) {
          assertThat(seen)
              .isEqualTo(
                  "PROXY TCP4 127.0.0.1 127.0.0.1 %d %d\r\nhello"
                      .formatted(socket.getLocalPort(), proxy.port));
        } else {
          assertThat(seen).startsWith("\r\n\r\n\0\r\nQUIT\n").endsWith("hello");
          assertThat(all).hasSize(16 + 12 + 5);
        }
      }
      proxy.end(instance);
    }
  }

  @Test
  void changedCountersArePublished() throws IOException {
    List<JsonObject> seen = new CopyOnWriteArrayList<>();
    proxy
        .vertx
        .eventBus()
        .<JsonObject>consumer(Addresses.BALANCE, message -> seen.add(message.body()));
    proxy.start(0, answersWith("a"));
    proxy.start(1, answersWith("b"));
    readAnswers(4);
    Eventually.await(
        "the counters are published",
        ProxyHarness.TIMEOUT,
        () ->
            seen.stream()
                .anyMatch(report ->
                    report.getJsonArray("instances").stream()
                        .allMatch(one ->
                            one instanceof JsonObject json
                                && json.getLong("connections") == 2
                                && json.getLong("open") == 0)),
        () -> seen);
    assertThat(seen.getLast().getInteger("v")).isEqualTo(1);
    assertThat(seen.getLast().getString("app")).isEqualTo("web");
    assertThat(seen.getLast().getJsonArray("instances").getJsonObject(1).getInteger("id"))
        .isEqualTo(1);
    assertThat(seen).doesNotHaveDuplicates();
  }
}
