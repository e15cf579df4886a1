package io.jpm.balancer.jvm;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.mode.BalancerBackend;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ClusterSettings;
import io.jpm.model.EnvironmentVariables;
import io.jpm.model.HealthProbes;
import io.jpm.model.ProbeHandler;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.TreeListener;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests how [JvmBackend] manages the sockets of Java apps, with simulated processes.
@Timeout(120)
class JvmBackendTest {
  private static final Duration DEADLINE = Duration.ofSeconds(60);
  private static final AppName APP = new AppName("web app");

  private final Vertx vertx = Vertx.vertx();
  private final Context context = vertx.getOrCreateContext();
  private final FakeJvms host = new FakeJvms();
  private final List<String> reported = new CopyOnWriteArrayList<>();
  private Path agent;
  private Path dir;
  private JvmBackend backend;

  @BeforeEach
  void open(@TempDir Path folder) throws IOException {
    dir = folder;
    agent = Files.createFile(folder.resolve("jpm agent.jar"));
    BalancerBackend.Observer observer =
        new BalancerBackend.Observer() {
          @Override
          public void listening(WorkerId worker, String address) {
            reported.add(worker.generation() + " listens on " + address);
          }

          @Override
          public void unsuitable(AppName app, String reason) {
            reported.add(app + ": " + reason);
          }
        };
    backend = new JvmBackend(vertx, host, agent, observer);
  }

  @AfterEach
  void close() throws Exception {
    await(() -> backend.close());
    vertx
        .close()
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS);
  }

  private <T> T await(Supplier<Future<T>> work) throws Exception {
    return Future.<T>future(promise -> context.runOnContext(_ -> work.get().onComplete(promise)))
        .toCompletionStage()
        .toCompletableFuture()
        .get(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS);
  }

  private void runOnContext(Runnable news) throws Exception {
    await(() -> {
      news.run();
      return Future.succeededFuture();
    });
  }

  private AppSpec spec(String program, OptionalInt port, Duration drain) {
    AppCommand appCommand =
        new AppCommand(Path.of(program), Optional.empty(), List.of(), List.of());
    ClusterSettings auto = ClusterSettings.auto();
    ClusterSettings clusterSettings =
        new ClusterSettings(
            true, auto.balance(), auto.strategy(), port, List.of(), drain, auto.proxyProtocol());
    return AppSpec.builder(APP, appCommand, dir)
        .cluster(clusterSettings)
        .variables(EnvironmentVariables.declared(Map.of("JDK_JAVA_OPTIONS", "-Xmx64m")))
        .build();
  }

  private AppSpec java() {
    return spec("/usr/bin/java", OptionalInt.of(8080), Duration.ofSeconds(60));
  }

  private static WorkerId worker(int generation) {
    return new WorkerId(new InstanceId(0), 1, generation);
  }

  private static ProcessIdentity process(int generation) {
    // Far above every pid of a kernel, so that the backend reads no real entry of /proc.
    return new ProcessIdentity("boot", 1_000_000_000 + generation, 1);
  }

  private BalancerReply.Prepared prepare(int generation, AppSpec spec) throws Exception {
    BalancerReply reply =
        await(() -> backend.prepare(new BalancerCommand.Prepare(worker(generation), 0, spec)));
    return (BalancerReply.Prepared) reply;
  }

  private void begin(int generation, AppSpec spec) throws Exception {
    runOnContext(() ->
        backend.processStarted(
            new BalancerCommand.ProcessStarted(
                worker(generation), 0, process(generation), spec, "")));
  }

  private void listenOnSharedSocket(int generation) {
    FakeSockets.FakeSocket socket = host.sockets.get("jvm web app v6 0");
    InetSocketAddress address = new InetSocketAddress("::", 8080);
    socket.bind(address);
    host.listening.put(
        process(generation), List.of(new TreeListener(address, socket.inode(), true)));
  }

  private void awaitReports(String... expected) {
    Eventually.await(
        "the reports arrive", DEADLINE, () -> reported.equals(List.of(expected)), () -> reported);
  }

  @Test
  void javaGetsTheAgentAndTheSameSocketsAtEachStart() throws Exception {
    BalancerReply.Prepared first = prepare(1, java());
    assertThat(first.options()).containsExactly("-javaagent:" + agent);
    assertThat(first.ipcChannel()).isTrue();
    assertThat(first.sockets()).hasSize(8).startsWith("jvm web app v6 0");
    assertThat(first.environment())
        .containsEntry("JPM_SOCKETS", "v6:5,6,7,8;v4:9,10,11,12")
        .doesNotContainKey("JDK_JAVA_OPTIONS");
    assertThat(prepare(2, java())).isEqualTo(first);
    assertThat(host.sockets.all()).hasSize(8);
  }

  @Test
  void startScriptGetsTheAgentBesideTheOptionsOfTheUser() throws Exception {
    BalancerReply.Prepared prepared =
        prepare(1, spec("/opt/bin/start.sh", OptionalInt.empty(), Duration.ZERO));
    assertThat(prepared.options()).isEmpty();
    assertThat(prepared.environment())
        .containsEntry("JDK_JAVA_OPTIONS", "-Xmx64m \"-javaagent:" + agent + "\"");
  }

  @Test
  void missingAgentIsRefusedWithAReason() throws Exception {
    Files.delete(agent);
    BalancerReply reply =
        await(() -> backend.prepare(new BalancerCommand.Prepare(worker(1), 0, java())));
    assertThat(reply)
        .isInstanceOfSatisfying(
            BalancerReply.Refused.class,
            it -> assertThat(it.reason()).contains(agent.toString(), "balance: proxy"));
  }

  @Test
  void processThatAcceptsOnASharedSocketIsReportedAsListening() throws Exception {
    prepare(1, java());
    begin(1, java());
    listenOnSharedSocket(1);
    awaitReports("1 listens on 8080");
    assertThat(backend.addresses(APP)).containsExactly("8080");
    assertThat(backend.strategy(APP)).isEqualTo("kernel");
  }

  @Test
  void serverThatBypassesTheSharedSocketsIsReportedOnce() throws Exception {
    prepare(1, java());
    prepare(2, java());
    TreeListener own = new TreeListener(new InetSocketAddress("::", 8080), 7, true);
    TreeListener debugger = new TreeListener(new InetSocketAddress("::", 5005), 8, true);
    host.listening.put(process(1), List.of(debugger));
    begin(1, java());
    host.listening.put(process(2), List.of(debugger, own));
    begin(2, java());
    awaitReports(
        "web app: it listens on port 8080, but not through the sockets of a JVM of version 17 or newer");
  }

  @Test
  void drainCommandIsSentAndDrainEndsWithTheLastConnection() throws Exception {
    prepare(1, java());
    begin(1, java());
    listenOnSharedSocket(1);
    awaitReports("1 listens on 8080");
    host.connections.put(process(1), 3);
    Future<Integer> drained =
        Future.future(
            promise -> context.runOnContext(_ -> backend.drain(worker(1)).onComplete(promise)));
    Eventually.await("the connections are counted", DEADLINE, () -> !host.portsAsked.isEmpty());
    assertThat(host.posts)
        .containsExactly(process(1).pid() + " {\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}");
    assertThat(host.portsAsked).containsExactly(8080);
    assertThat(drained.isComplete()).isFalse();
    host.connections.put(process(1), 0);
    Eventually.await("the process is drained", DEADLINE, drained::isComplete);
    assertThat(drained.result()).isZero();
  }

  @Test
  void drainEndsAtItsTimeoutOrWhenTheCommandCannotBeSent() throws Exception {
    AppSpec quick = spec("/usr/bin/java", OptionalInt.empty(), Duration.ofMillis(1));
    prepare(1, quick);
    begin(1, quick);
    host.connections.put(process(1), 2);
    assertThat(await(() -> backend.drain(worker(1)))).isEqualTo(2);
    begin(2, java());
    host.connections.put(process(2), 5);
    host.reachable = false;
    assertThat(await(() -> backend.drain(worker(2)))).isEqualTo(5);
  }

  @Test
  void processThatEndsDuringADrainHasNoConnectionsLeft() throws Exception {
    prepare(1, java());
    begin(1, java());
    host.connections.put(process(1), 2);
    Future<Integer> drained =
        Future.future(
            promise -> context.runOnContext(_ -> backend.drain(worker(1)).onComplete(promise)));
    Eventually.await("the drain command is sent", DEADLINE, () -> !host.posts.isEmpty());
    runOnContext(() -> backend.processTerminated(worker(1)));
    Eventually.await("the process is drained", DEADLINE, drained::isComplete);
    assertThat(drained.result()).isZero();
  }

  private AppSpec withProbes(boolean readiness) {
    HealthProbes.Probe probe =
        new HealthProbes.Probe(
            new ProbeHandler.Tcp("127.0.0.1", "${PORT}"),
            new ProbeHandler.ProbeTiming(
                Duration.ofSeconds(1), Duration.ofSeconds(1), 1, 1, Duration.ZERO));
    return java().toBuilder()
        .health(
            new HealthProbes(
                Optional.empty(),
                readiness ? Optional.of(probe) : Optional.empty(),
                Optional.of(probe)))
        .build();
  }

  private void beginProbed(int generation, boolean ready) throws Exception {
    runOnContext(() ->
        backend.processStarted(
            new BalancerCommand.ProcessStarted(
                worker(generation), 0, process(generation), withProbes(true), "probed", ready)));
  }

  private void awaitPosts(String... expected) {
    List<String> posts =
        Stream.of(expected)
            .map(it -> it.split(" ", 2))
            .map(it ->
                "%d {\"cmd\":\"NODE_JPM\",\"act\":\"%s\"}"
                    .formatted(process(Integer.parseInt(it[0])).pid(), it[1]))
            .toList();
    Eventually.await(
        "the commands are sent", DEADLINE, () -> host.posts.equals(posts), () -> host.posts);
  }

  @Test
  void onlyAnAppWithProbesGetsProbeSockets() throws Exception {
    assertThat(prepare(1, java()).environment()).doesNotContainKey("JPM_PROBED");
    assertThat(JvmBalancerState.of(prepare(1, java()).balancerState()).probed()).isFalse();
    assertThat(prepare(1, withProbes(false)).environment()).containsEntry("JPM_PROBED", "open");
    assertThat(prepare(1, withProbes(true)).environment()).containsEntry("JPM_PROBED", "gated");
    assertThat(JvmBalancerState.of(prepare(1, withProbes(true)).balancerState()).probed()).isTrue();
  }

  @Test
  void clientsGoToReadyProcessesAndAmongThemToFitOnes() throws Exception {
    for (int generation : List.of(1, 2, 3)) {
      prepare(generation, withProbes(true));
      beginProbed(generation, false);
    }
    assertThat(host.posts).isEmpty();
    runOnContext(() -> backend.ready(worker(1)));
    awaitPosts("1 accept");
    runOnContext(() -> backend.setFit(worker(1), false)); // no other process is ready
    runOnContext(() -> backend.ready(worker(2)));
    awaitPosts("1 accept", "2 accept", "1 pause");
    runOnContext(() -> backend.processTerminated(worker(2)));
    awaitPosts("1 accept", "2 accept", "1 pause", "1 accept");
    runOnContext(() -> backend.setFit(worker(1), true));
    runOnContext(() -> backend.ready(worker(1)));
    runOnContext(() -> backend.ready(worker(3)));
    awaitPosts("1 accept", "2 accept", "1 pause", "1 accept", "3 accept");
  }

  @Test
  void adoptedProcessIsQueriedAndAcceptsClientsIfItIsReady() throws Exception {
    beginProbed(1, true);
    awaitPosts("1 servers", "1 accept");
    beginProbed(2, false);
    awaitPosts("1 servers", "1 accept", "2 servers");
  }

  @Test
  void probeIsRoutedToThePrivateEndpointOfTheProcess() throws Exception {
    prepare(1, withProbes(true));
    beginProbed(1, false);
    List<InetAddress> here = List.of(InetAddress.ofLiteral("127.0.0.1"));
    var question = new BalancerCommand.ResolveRoute(worker(1), here, 8080);
    assertThat(await(() -> backend.resolveRoute(question)))
        .isEqualTo(new BalancerReply.Route.Direct());
    host.sockets.get("jvm web app v6 0").bind(new InetSocketAddress("::", 8080));
    assertThat(await(() -> backend.resolveRoute(question)))
        .isEqualTo(new BalancerReply.Route.Unreachable("the process does not listen on port 8080"));
    String said =
        """
        {"cmd":"NODE_JPM","act":"reached","servers":[\
        {"host":"10.1.2.3","port":8080,"ownHost":"127.0.0.1","ownPort":1},\
        {"host":"0:0:0:0:0:0:0:0","port":8080,"ownHost":"127.0.0.1","ownPort":40123}]}\
        """;
    runOnContext(() -> backend.messageReceived(worker(1), said));
    runOnContext(
        () -> backend.messageReceived(worker(1), "{\"cmd\":\"NODE_CLUSTER\",\"act\":\"online\"}"));
    assertThat(await(() -> backend.resolveRoute(question)))
        .isEqualTo(
            new BalancerReply.Route.Via(
                new InetSocketAddress(InetAddress.getLoopbackAddress(), 40123)));
    var gone = new BalancerCommand.ResolveRoute(worker(9), here, 8080);
    assertThat(await(() -> backend.resolveRoute(gone)))
        .isInstanceOf(BalancerReply.Route.Unreachable.class);
  }

  @Test
  void socketsOutliveACrashAndCloseWithTheLastInstance() throws Exception {
    prepare(1, java());
    begin(1, java());
    listenOnSharedSocket(1);
    awaitReports("1 listens on 8080");
    runOnContext(() -> backend.processTerminated(worker(1)));
    BalancerReply.Prepared again = prepare(2, java());
    assertThat(again.sockets()).hasSize(8);
    assertThat(host.sockets.get("jvm web app v6 0").address()).isPresent();
    WorkerId other = new WorkerId(new InstanceId(1), 5, 1);
    runOnContext(() ->
        backend.processStarted(
            new BalancerCommand.ProcessStarted(other, 1, process(3), java(), "")));
    runOnContext(() -> backend.released(worker(2)));
    assertThat(host.sockets.all()).hasSize(8);
    runOnContext(() -> backend.processTerminated(other));
    runOnContext(() -> backend.released(other));
    Eventually.await("the sockets are closed", DEADLINE, () -> host.sockets.all().isEmpty());
    assertThat(backend.addresses(APP)).isEmpty();
  }

  @Test
  void socketThatTheAppNoLongerUsesIsReplaced(@TempDir Path proc) throws Exception {
    prepare(1, java());
    listenOnSharedSocket(1);
    FakeSockets.FakeSocket old = host.sockets.get("jvm web app v6 0");
    FakeSockets.FakeSocket next = host.sockets.get("jvm web app v6 1");
    next.bind(new InetSocketAddress("::", 9090));
    ProcessIdentity moved = process(2);
    TreeListener there = new TreeListener(new InetSocketAddress("::", 9090), next.inode(), true);
    TreeListener inherited =
        new TreeListener(new InetSocketAddress("::", 8080), old.inode(), false);
    host.listening.put(moved, List.of(there, inherited));
    Path descriptors = Files.createDirectories(proc.resolve(moved.pid() + "/fd"));
    link(descriptors.resolve("5"), old);
    link(descriptors.resolve("6"), next);
    IdleSocketReplacer idle = new IdleSocketReplacer(host, host.sockets, proc);
    assertThat(idle.find(java(), List.of(moved))).containsExactly(old.inode());

    link(descriptors.resolve("20"), old); // a server that is handling a request
    assertThat(idle.find(java(), List.of(moved))).isEmpty();
    Files.delete(descriptors.resolve("20"));
    idle.replace(java(), List.of(moved), idle.find(java(), List.of(moved)));
    assertThat(host.sockets.get("jvm web app v6 0").address()).isEmpty();
    assertThat(host.sockets.get("jvm web app v6 1")).isSameAs(next);
    assertThat(host.sockets.all()).hasSize(8);
  }

  private static void link(Path from, FakeSockets.FakeSocket socket) throws IOException {
    Files.createSymbolicLink(from, Path.of("socket:[" + socket.inode() + "]"));
  }

  @Test
  void nettyNativeTransportIsRecognizedByItsLibrary(@TempDir Path proc) throws Exception {
    Path maps = Files.createDirectories(proc.resolve(Integer.toString(process(1).pid())));
    Files.writeString(
        maps.resolve("maps"),
        "7f00-7f01 r-xp 0 08:01 5 /tmp/libnetty_transport_native_epoll_x86_64123.so (deleted)\n");
    NativeTransportDetector transport = new NativeTransportDetector(proc);
    TreeListener all = new TreeListener(new InetSocketAddress(8443), 7, true);
    TreeListener local =
        new TreeListener(new InetSocketAddress(InetAddress.getLoopbackAddress(), 8443), 7, true);
    assertThat(transport.reason(process(1), java(), List.of(all)))
        .contains(
            "it listens on port 8443 through a native transport (Netty's epoll) instead of Java's"
                + " sockets: set -Dio.netty.transport.noNative=true to make it use Java's sockets"
                + " where possible");
    assertThat(transport.reason(process(1), java(), List.of(local))).isEmpty();
    assertThat(transport.reason(process(2), java(), List.of(all))).isEmpty();
    Files.writeString(
        maps.resolve("maps"),
        "7f00-7f01 r-xp 0 08:01 5"
            + " /tmp/libio_grpc_netty_shaded_netty_transport_native_epoll_x86_641.so\n");
    assertThat(transport.library(process(1)))
        .contains(
            new NativeTransportDetector.Library(
                "Netty's epoll", "io.grpc.netty.shaded.io.netty.transport.noNative"));
  }
}
