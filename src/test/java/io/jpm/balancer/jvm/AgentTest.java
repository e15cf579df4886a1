package io.jpm.balancer.jvm;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.jpm.balancer.mode.WorkerMessages;
import io.jpm.model.AppCommand;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.SpawnRequest;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Jvm;
import io.jpm.testing.Need;
import io.jpm.testing.Needs;
import io.jpm.testing.Representatives;
import java.io.IOException;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Tests the agent in real JVMs, with sockets of a real host.
@Timeout(240)
class AgentTest {
  private static final Duration DEADLINE = Duration.ofSeconds(90);
  private static final Path AGENT = Path.of("target/dist/lib/agent/jpm-agent.jar").toAbsolutePath();
  private static final String DRAIN = "{\"cmd\":\"NODE_JPM\",\"act\":\"drain\"}";

  private static String classPath = "";

  private HostFixture fixture;
  private AppSockets sockets;
  private AppSpec spec;
  private int port;

  @BeforeAll
  static void compile(@TempDir Path classes) throws IOException {
    classPath = Jvms.servers(classes);
  }

  @BeforeEach
  void open(@TempDir Path dir) throws IOException {
    LinuxProcessHost host = new LinuxProcessHost();
    fixture = new HostFixture(host, dir);
    ListenSocketRegistry store = host.listenSockets().orElseThrow();
    AppName name = new AppName("served");
    sockets = new AppSockets(store, name);
    AppCommand java = new AppCommand(Path.of("/bin/java"), Optional.empty(), List.of(), List.of());
    spec = AppSpec.builder(name, java, dir).build();
    port = freePorts();
  }

  @AfterEach
  void close() {
    sockets.close();
    fixture.close();
  }

  /// Returns the first of two consecutive free ports.
  private static int freePorts() {
    int first = FreePort.find();
    for (int second = FreePort.find(); second != first + 1; second = FreePort.find()) {
      first = second;
    }
    return first;
  }

  static List<Jvm> jvms() {
    return Jvm.all();
  }

  static Stream<Arguments> servers() {
    return jvms().stream()
        .flatMap(jvm ->
            Stream.of("http", "socket", "timed", "channel", "adaptor", "async", "virtual", "vertx")
                .filter(kind -> jvm.version() >= 21 || !kind.equals("virtual"))
                .map(kind -> Arguments.of(jvm, kind)));
  }

  static Stream<Arguments> httpServers() {
    return jvms().stream()
        .flatMap(jvm -> Stream.of("http", "vertx").map(kind -> Arguments.of(jvm, kind)));
  }

  /// The other tests run with every installed JDK, which may be only one.
  @Test
  @Needs(Need.SECOND_JDK)
  void moreThanOneJdkIsTested() {
    assertThat(jvms()).hasSizeGreaterThan(1);
  }

  private SpawnRequest request(Jvm jvm, List<String> options, String... words) {
    List<String> argv = new ArrayList<>(List.of("-javaagent:" + AGENT));
    argv.addAll(Jvms.SHORT_LIVED);
    argv.addAll(options);
    argv.addAll(List.of("-cp", classPath));
    argv.add(words[0].equals("vertx") ? "VertxServer" : "Server");
    argv.addAll(List.of(words));
    return fixture.request(jvm.java().toString(), argv.toArray(String[]::new));
  }

  private SpawnRequest request(Jvm jvm, String main, List<String> options) {
    List<String> argv = new ArrayList<>(List.of("-javaagent:" + AGENT));
    argv.addAll(Jvms.SHORT_LIVED);
    argv.addAll(options);
    argv.addAll(List.of("-cp", classPath, main));
    return fixture.request(jvm.java().toString(), argv.toArray(String[]::new));
  }

  private SpawnRequest withSharedSockets(SpawnRequest request) throws IOException {
    SpawnRequest shared =
        fixture.withSockets(fixture.withChannel(request), sockets.keys().toArray(String[]::new));
    for (Map.Entry<String, String> variable : sockets.prepare(spec).entrySet()) {
      shared = fixture.withVariable(shared, variable.getKey(), variable.getValue());
    }
    return shared;
  }

  private Spawned serve(Jvm jvm, String kind, String name) throws IOException {
    String number = Integer.toString(port);
    return ready(fixture.start(withSharedSockets(request(jvm, List.of(), kind, name, number))));
  }

  private static Spawned ready(Spawned server) {
    awaitOutput(server, "ready");
    return server;
  }

  private static void awaitOutput(Spawned server, String text) {
    Eventually.await(
        "the server prints " + text,
        DEADLINE,
        () -> HostFixture.read(server.out()).contains(text),
        () -> HostFixture.read(server.out()) + HostFixture.read(server.error()));
  }

  private static void assertNoErrorOutput(Spawned server) {
    assertThat(HostFixture.read(server.error())).isEmpty();
  }

  /// Returns the last line that a server sends on one connection, with or without HTTP headers
  /// before it.
  private static String answer(int port) throws IOException {
    try (Socket client = new Socket(InetAddress.getLoopbackAddress(), port)) {
      client.setSoTimeout((int) DEADLINE.toMillis());
      client.getOutputStream().write("GET / HTTP/1.0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      StringBuilder text = new StringBuilder();
      byte[] bytes = new byte[4096];
      int count;
      while ((count = read(client, bytes)) > 0) {
        text.append(new String(bytes, 0, count, StandardCharsets.US_ASCII));
      }
      String[] lines = text.toString().strip().split("\r?\n", -1);
      return lines[lines.length - 1];
    }
  }

  /// A server that has not read the request resets the connection after its answer.
  private static int read(Socket client, byte[] bytes) {
    try {
      return client.getInputStream().read(bytes);
    } catch (IOException reset) {
      return -1;
    }
  }

  @ParameterizedTest
  @Representatives(8)
  @MethodSource("servers")
  void processKeepsServingTheSharedPortWhenTheOtherIsKilled(Jvm jvm, String kind)
      throws IOException {
    Spawned one = serve(jvm, kind, "one");
    serve(jvm, kind, "two");
    Set<String> seen = new HashSet<>();
    Eventually.await(
        "both answer",
        DEADLINE,
        () -> {
          seen.add(answerOrError());
          return seen.equals(Set.of("one", "two"));
        },
        () -> seen);
    one.end();
    for (int i = 0; i < 20; i++) {
      assertThat(answer(port)).isEqualTo("two");
    }
    assertThat(sockets.ports()).containsExactly(port);
  }

  private String answerOrError() {
    return answerOrError(port);
  }

  private static String answerOrError(int port) {
    try {
      return answer(port);
    } catch (IOException error) {
      return error.toString();
    }
  }

  @ParameterizedTest
  @Representatives(1)
  @MethodSource("httpServers")
  void drainFailsNoRequestOfKeepAliveClients(Jvm jvm, String kind) throws IOException {
    Spawned old = serve(jvm, kind, "old");
    List<KeepAliveClient> clients =
        IntStream.range(0, 6).mapToObj(_ -> new KeepAliveClient(port)).toList();
    try {
      awaitOnly(clients, "old", 30);
      serve(jvm, kind, "new");
      assertThat(fixture.host().send(old.child().identity(), "{\"for\":\"the app\"}")).isTrue();
      assertThat(fixture.host().send(old.child().identity(), DRAIN)).isTrue();
      awaitOnly(clients, "new", 30);
      old.end();
      awaitOnly(clients, "new", 60);
    } finally {
      clients.forEach(KeepAliveClient::close);
    }
    assertThat(clients).allSatisfy(client -> assertThat(client.failures()).isEmpty());
    assertNoErrorOutput(old);
  }

  private static void awaitOnly(List<KeepAliveClient> clients, String server, int count) {
    Eventually.await(
        "all clients are served by " + server,
        DEADLINE,
        () -> clients.stream().allMatch(client -> client.hasOnly(server, count)),
        () -> clients.stream().map(KeepAliveClient::failures).toList());
  }

  @ParameterizedTest
  @Representatives(8)
  @MethodSource("servers")
  void drainingProcessAcceptsNoConnections(Jvm jvm, String kind) throws IOException {
    Spawned old = serve(jvm, kind, "old");
    assertThat(answer(port)).isEqualTo("old");
    Set<Long> ours = Set.copyOf(sockets.numbers());
    Eventually.await(
        "the old process accepts on a shared socket",
        DEADLINE,
        () ->
            fixture.host().listenersOf(old.child().identity()).stream()
                .anyMatch(it -> it.accepting() && ours.contains(it.inode())),
        () -> fixture.host().listenersOf(old.child().identity()));
    assertThat(fixture.host().send(old.child().identity(), DRAIN)).isTrue();
    serve(jvm, kind, "new");
    Eventually.await(
        "the new process answers 30 times in a row",
        DEADLINE,
        () -> IntStream.range(0, 30).allMatch(_ -> answerOrError().equals("new")));
    Eventually.await(
        "the old process has no connections",
        DEADLINE,
        () -> fixture.host().connections(old.child().identity(), Set.of(port)) == 0);
    assertThat(HostFixture.isAlive(old.pid())).isTrue();
  }

  private Spawned probed(Jvm jvm, String how, String kind, String name) throws IOException {
    SpawnRequest request =
        withSharedSockets(request(jvm, List.of(), kind, name, Integer.toString(port)));
    return ready(fixture.start(fixture.withVariable(request, "JPM_PROBED", how)));
  }

  /// Returns the private ports of the process, as last reported by its agent.
  private static List<Integer> privatePorts(Spawned server) {
    List<List<Integer>> said =
        server.watcher().nodeMessages().stream()
            .map(AgentReport::read)
            .flatMap(Optional::stream)
            .map(news -> news.endpoints().stream().map(it -> it.endpoint().getPort()).toList())
            .toList();
    return said.isEmpty() ? List.of() : said.getLast();
  }

  private static int awaitPrivatePort(Spawned server) {
    Eventually.await(
        "the private port is reported",
        DEADLINE,
        () -> privatePorts(server).size() == 1,
        () -> privatePorts(server));
    return privatePorts(server).getFirst();
  }

  private void post(Spawned server, String order) {
    assertThat(fixture.host().send(server.child().identity(), order)).isTrue();
  }

  private void awaitAnswers(String... names) {
    Set<String> seen = new HashSet<>();
    Eventually.await(
        String.join(" and ", names) + " alone answer 20 times in a row",
        DEADLINE,
        () -> {
          seen.clear();
          IntStream.range(0, 20 * names.length).forEach(_ -> seen.add(answerOrError()));
          return seen.equals(Set.of(names));
        },
        () -> seen);
  }

  @ParameterizedTest
  @Representatives(8)
  @MethodSource("servers")
  void gatedProcessAcceptsClientsOnlyWhileAdmitted(Jvm jvm, String kind) throws IOException {
    Spawned one = probed(jvm, "gated", kind, "one");
    int ofOne = awaitPrivatePort(one);
    assertThat(answer(ofOne)).isEqualTo("one");
    assertThatThrownBy(() -> answer(port)).isInstanceOf(ConnectException.class);
    post(one, WorkerMessages.ACCEPT);
    awaitAnswers("one");

    Spawned two = probed(jvm, "gated", kind, "two");
    int ofTwo = awaitPrivatePort(two);
    for (int i = 0; i < 30; i++) {
      assertThat(answer(port)).isEqualTo("one");
      assertThat(answer(ofTwo)).isEqualTo("two");
    }
    post(two, WorkerMessages.ACCEPT);
    awaitAnswers("one", "two");
    post(one, WorkerMessages.PAUSE);
    awaitAnswers("two");
    assertThat(answer(ofOne)).isEqualTo("one");
    post(one, WorkerMessages.ACCEPT);
    post(two, DRAIN);
    post(two, WorkerMessages.ACCEPT);
    awaitAnswers("one");
    assertThat(answer(ofOne)).isEqualTo("one");
    two.end();
    awaitAnswers("one");
    assertNoErrorOutput(one);
    assertNoErrorOutput(two);
  }

  @ParameterizedTest
  @Representatives(1)
  @MethodSource("httpServers")
  void ungatedProcessAcceptsClientsAtOnceAndDrainsWithoutFailures(Jvm jvm, String kind)
      throws IOException {
    Spawned old = probed(jvm, "open", kind, "old");
    assertThat(answer(awaitPrivatePort(old))).isEqualTo("old");
    List<KeepAliveClient> clients =
        IntStream.range(0, 6).mapToObj(_ -> new KeepAliveClient(port)).toList();
    try {
      awaitOnly(clients, "old", 30);
      probed(jvm, "open", kind, "new");
      post(old, DRAIN);
      awaitOnly(clients, "new", 30);
      assertThat(answer(awaitPrivatePort(old))).isEqualTo("old");
      old.end();
      awaitOnly(clients, "new", 60);
    } finally {
      clients.forEach(KeepAliveClient::close);
    }
    assertThat(clients).allSatisfy(client -> assertThat(client.failures()).isEmpty());
    assertNoErrorOutput(old);
  }

  @ParameterizedTest
  @Representatives(1)
  @MethodSource("jvms")
  void probedServerHasTheRequestedAddressAndOptions(Jvm jvm) throws IOException {
    Spawned server = probed(jvm, "gated", "options", "x");
    assertThat(HostFixture.read(server.out()).lines().findFirst())
        .contains("%d true %d true /127.0.0.1:%d true".formatted(port, port + 1, port + 2));
    Eventually.await(
        "three private ports are reported",
        DEADLINE,
        () -> privatePorts(server).size() == 3,
        () -> privatePorts(server));
  }

  @ParameterizedTest
  @Representatives(1)
  @MethodSource("jvms")
  void closedServerIsNoLongerReachable(Jvm jvm) throws IOException {
    Spawned server = probed(jvm, "open", "reopen", "x");
    awaitOutput(server, "open again");
    // The output can arrive before the report to the daemon.
    Eventually.await(
        "the server answers at the reported port",
        DEADLINE,
        () -> answerOrError(awaitPrivatePort(server)).equals("x"),
        () -> privatePorts(server));
    Set<Integer> before = new HashSet<>();
    server.watcher().nodeMessages().stream()
        .map(AgentReport::read)
        .flatMap(Optional::stream)
        .flatMap(news -> news.endpoints().stream())
        .forEach(it -> before.add(it.endpoint().getPort()));
    before.remove(awaitPrivatePort(server));
    assertThat(before).isNotEmpty();
    for (int closed : before) {
      assertThatThrownBy(() -> answer(closed)).isInstanceOf(ConnectException.class);
    }
    awaitAnswers("x");
    post(server, WorkerMessages.PAUSE);
    int said = server.watcher().nodeMessages().size();
    post(server, WorkerMessages.SERVERS);
    Eventually.await(
        "the ports are reported again",
        DEADLINE,
        () -> server.watcher().nodeMessages().size() > said);
    assertThat(answer(awaitPrivatePort(server))).isEqualTo("x");
  }

  @ParameterizedTest
  @Representatives(1)
  @MethodSource("jvms")
  void nettyNativeTransportIsDisabledUnlessTheUserSetsTheOption(Jvm jvm) throws IOException {
    String epoll = "shaded.io.netty.channel.epoll.Epoll";
    Spawned app = ready(fixture.start(withSharedSockets(request(jvm, epoll, List.of()))));
    assertThat(HostFixture.read(app.out()))
        .contains("available: false, since java.lang.UnsupportedOperationException: jpm shares");
    Eventually.await(
        "the agent reports the replaced transport",
        DEADLINE,
        () ->
            app.watcher().nodeMessages().stream()
                .map(AgentReport::read)
                .flatMap(Optional::stream)
                .anyMatch(AgentReport::transportReplaced));
    for (String value : List.of("false", "true")) {
      List<String> own = List.of("-Dshaded.io.netty.transport.noNative=" + value);
      Spawned decided = ready(fixture.start(withSharedSockets(request(jvm, epoll, own))));
      assertThat(HostFixture.read(decided.out())).contains("available: true, since null");
      assertNoErrorOutput(decided);
    }
    assertNoErrorOutput(app);
  }

  @ParameterizedTest
  @Representatives(1)
  @MethodSource("jvms")
  void agentChangesNothingWithoutSockets(Jvm jvm) throws IOException {
    String number = Integer.toString(port);
    Spawned plain = ready(fixture.start(request(jvm, List.of(), "http", "plain", number)));
    assertThat(answer(port)).isEqualTo("plain");
    assertNoErrorOutput(plain);
  }

  @ParameterizedTest
  @Representatives(1)
  @MethodSource("jvms")
  void variablesWithoutTheirSocketsAreIgnored(Jvm jvm) throws IOException {
    SpawnRequest request =
        fixture.withChannel(request(jvm, List.of(), "http", "child", Integer.toString(port)));
    for (Map.Entry<String, String> variable : sockets.prepare(spec).entrySet()) {
      request = fixture.withVariable(request, variable.getKey(), variable.getValue());
    }
    Spawned child = ready(fixture.start(request));
    assertThat(answer(port)).isEqualTo("child");
    assertThat(sockets.ports()).isEmpty();
    assertNoErrorOutput(child);
  }

  @ParameterizedTest
  @Representatives(1)
  @MethodSource("jvms")
  void ephemeralPortIsNotShared(Jvm jvm) throws IOException {
    port = 0;
    Spawned one = serve(jvm, "socket", "one");
    Spawned two = serve(jvm, "socket", "two");
    assertThat(sockets.ports()).isEmpty();
    assertThat(HostFixture.read(one.out())).isNotEqualTo(HostFixture.read(two.out()));
    assertThat(answer(printedPort(two))).isEqualTo("two");
  }

  private static int printedPort(Spawned server) {
    return Integer.parseInt(HostFixture.read(server.out()).strip().split(" ", -1)[1]);
  }

  @ParameterizedTest
  @Representatives(1)
  @MethodSource("jvms")
  void clientThatBindsALocalPortIsUnaffected(Jvm jvm) throws IOException {
    try (ServerSocket server = new ServerSocket(0)) {
      String there = Integer.toString(server.getLocalPort());
      Spawned client =
          fixture.start(
              withSharedSockets(
                  request(jvm, List.of(), "client", "x", there, Integer.toString(port))));
      Set<Integer> from = new HashSet<>();
      for (int i = 0; i < 2; i++) {
        try (Socket accepted = server.accept()) {
          from.add(accepted.getPort());
        }
      }
      awaitOutput(client, "connected");
      assertThat(from).containsExactlyInAnyOrder(port, port + 1);
      assertThat(sockets.ports()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("jvms")
  void portThatTheProcessServesIsInUseUntilItsServerCloses(Jvm jvm) throws IOException {
    Spawned server = serve(jvm, "twice", "x");
    awaitOutput(server, "ready again");
    assertThat(HostFixture.read(server.out())).contains("in use").doesNotContain("bound twice");
  }

  @ParameterizedTest
  @Representatives(1)
  @MethodSource("jvms")
  void optionsOfTheUserApplyBesideTheAgent(Jvm jvm) throws IOException {
    SpawnRequest request =
        withSharedSockets(
            request(
                jvm,
                List.of("-Djava.nio.channels.spi.SelectorProvider=sun.nio.ch.PollSelectorProvider"),
                "http",
                "one",
                Integer.toString(port)));
    Spawned one =
        ready(fixture.start(fixture.withVariable(request, "JAVA_TOOL_OPTIONS", "-Dmine=+")));
    assertThat(answer(port)).isEqualTo("one+");
    one.end();
    assertThat(sockets.ports()).containsExactly(port);
  }

  @Test
  void startScriptPassesTheAgentToTheJavaThatItRuns() throws IOException {
    Jvm jvm = jvms().getLast();
    Path script = fixture.dir().resolve("start.sh");
    Files.writeString(
        script,
        "#!/bin/sh\n%s -cp %s Server http \"$JDK_JAVA_OPTIONS\" %d\n"
            .formatted(jvm.java(), classPath, port));
    assertThat(script.toFile().setExecutable(true)).isTrue();
    AppSpec scripted =
        AppSpec.builder(
                spec.name(),
                new AppCommand(script, Optional.empty(), List.of(), List.of()),
                fixture.dir())
            .build();
    AgentOptions options = new AgentOptions(AGENT);
    assertThat(options.arguments(scripted)).isEmpty();
    SpawnRequest request = withSharedSockets(fixture.request(script.toString()));
    for (Map.Entry<String, String> variable : options.variables(scripted).entrySet()) {
      request = fixture.withVariable(request, variable.getKey(), variable.getValue());
    }
    ready(fixture.start(request));
    assertThat(sockets.ports()).containsExactly(port);
  }
}
