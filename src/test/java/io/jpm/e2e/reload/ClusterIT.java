package io.jpm.e2e.reload;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.e2e.Jpm;
import io.jpm.e2e.Load;
import io.jpm.testing.Eventually;
import io.jpm.testing.FreePort;
import io.jpm.testing.Jvm;
import io.jpm.testing.Need;
import io.jpm.testing.Representatives;
import io.jpm.testing.Signals;
import io.jpm.testing.TestDeadline;
import io.jpm.testing.TestGroup;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// One port, several processes, and no request lost when processes are replaced: in each balancing
/// mode, with the servers of `examples/cluster`, which contain no code for it.
@Timeout(1800)
class ClusterIT extends EndToEndTestBase {
  private static final Duration SOON = Duration.ofSeconds(60);

  /// The number of reloads in a row; `-Djpm.reloads=100` sets another number.
  private static final int RELOADS = Integer.getInteger("jpm.reloads", TestGroup.choose(1, 3));

  /// The number of clients while processes are killed.
  private static final int CLIENTS = 8;

  /// The state of a listening socket in `/proc/net/tcp`.
  private static final String LISTENS = "0A";

  private static final Path EXAMPLES = Jpm.ROOT.resolve("examples/cluster");

  /// A server, and the balancing mode in which its instances share the port.
  enum ServerSetup {
    NODE("server.js", "node, kernel"),
    NODE_IN_TURN("server.js", "node, round_robin"),
    JVM("", "jvm, kernel"),
    OTHER_JVM("", "jvm, kernel"),
    ACTIVATED("server.py", "listen_fds, kernel"),
    PROXY("server.py", "proxy, round_robin"),
    NODE_BY_PROXY("server.js", "proxy, least_conn");

    final String script;
    final String balance;

    ServerSetup(String script, String balance) {
      this.script = script;
      this.balance = balance;
    }

    boolean hasWebSockets() {
      return script.equals("server.js");
    }

    boolean isProxy() {
      return balance.startsWith("proxy");
    }
  }

  private int port;

  @BeforeEach
  void open() throws IOException {
    port = freePort();
  }

  private static int freePort() throws IOException {
    return FreePort.find();
  }

  private void start(ServerSetup serverSetup, int instances) throws Exception {
    start(serverSetup, instances, new JsonObject());
  }

  /// @param more attributes in addition to those of the mode
  private void start(ServerSetup serverSetup, int instances, JsonObject more) throws Exception {
    jpm.run("start", writeProcessFile(serverSetup, instances, more).toString()).ok();
    awaitAnswers(serverSetup, instances);
  }

  private Path writeProcessFile(ServerSetup serverSetup, int instances, JsonObject more)
      throws Exception {
    switch (serverSetup) {
      case NODE, NODE_IN_TURN, NODE_BY_PROXY -> Need.assume(Need.NODE);
      case OTHER_JVM -> Need.assume(Need.SECOND_JDK);
      case ACTIVATED, PROXY -> Need.assume(Need.PYTHON);
      case JVM -> {}
    }
    JsonObject app = new JsonObject().put("name", "web").put("instances", instances);
    switch (serverSetup) {
      case NODE -> app.put("script", copyExample("node/server.js")).put("port", port);
      case NODE_IN_TURN ->
          app.put("script", copyExample("node/server.js"))
              .put("port", port)
              .put("strategy", "round_robin");
      case NODE_BY_PROXY ->
          app.put("script", copyExample("node/server.js"))
              .put("port", port)
              .put("balance", "proxy")
              .put("strategy", "least_conn");
      case JVM -> configureJavaApp(app, Path.of(System.getProperty("java.home"), "bin/java"));
      case OTHER_JVM -> configureJavaApp(app, Jvm.others().getFirst().java());
      case ACTIVATED ->
          app.put("script", copyExample("activated/server.py"))
              .put("listen", new JsonArray().add("127.0.0.1:" + port))
              .put("kill_timeout", "30s");
      case PROXY -> app.put("script", copyExample("python/server.py")).put("port", port);
    }
    Path file = jpm.work().resolve("apps.json");
    Files.writeString(
        file, new JsonObject().put("apps", new JsonArray().add(app.mergeIn(more))).encode());
    return file;
  }

  private String copyExample(String example) throws IOException {
    Path file = jpm.work().resolve(Path.of(example).getFileName());
    Files.writeString(file, Files.readString(EXAMPLES.resolve(example)));
    return file.toString();
  }

  private void configureJavaApp(JsonObject app, Path java) throws Exception {
    compile(Files.readString(EXAMPLES.resolve("jvm/Server.java")));
    app.put("script", java + " -Xshare:auto -Xmx64m -cp . Server")
        .put("cwd", jpm.work().toString())
        .put("env", new JsonObject().put("PORT", Integer.toString(port)));
  }

  private void compile(String source) throws Exception {
    Path file = jpm.work().resolve("Server.java");
    Files.writeString(file, source);
    Process javac =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "javac").toString(),
                "--release",
                "17",
                "-d",
                jpm.work().toString(),
                file.toString())
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.DISCARD)
            .start();
    assertThat(javac.waitFor(TestDeadline.scaledSeconds(60), TimeUnit.SECONDS)).isTrue();
    assertThat(javac.exitValue()).isZero();
  }

  private void awaitAnswers(ServerSetup serverSetup, int instances) throws IOException {
    try (Load load = new Load(port)) {
      Eventually.await(
          "all instances answer", SOON, () -> countAnsweringProcesses(load, pids()) == instances);
    }
    assertThat(jpm.run("describe", "web").ok().out()).contains(serverSetup.balance);
  }

  private static int countAnsweringProcesses(Load load, Set<String> pids) {
    Set<String> seen = new HashSet<>();
    for (int i = 0; i < 400 && seen.size() < pids.size(); i++) {
      try {
        seen.add(load.get().split(" ", -1)[0]);
      } catch (IOException notYet) {
        return 0;
      }
    }
    seen.retainAll(pids);
    return seen.size();
  }

  private Set<String> pids() {
    Set<String> pids = new HashSet<>();
    jpm.list().forEach(app -> pids.add(Integer.toString(app.getInteger("pid"))));
    return pids;
  }

  private Load load(ServerSetup serverSetup) {
    Load load = new Load(port).keepAlive(4).closing(2).uploads();
    return serverSetup.hasWebSockets() ? load.webSockets() : load;
  }

  @ParameterizedTest
  @Tag("slow")
  @EnumSource(ServerSetup.class)
  void fourProcessesAnswerOnOnePort(ServerSetup serverSetup) throws Exception {
    start(serverSetup, 4);
    assertThat(pids()).hasSize(4);
  }

  @ParameterizedTest
  @Representatives(1)
  @EnumSource(ServerSetup.class)
  void reloadsLoseNoRequests(ServerSetup serverSetup) throws Exception {
    start(serverSetup, 2);
    try (Load load = load(serverSetup)) {
      for (int i = 0; i < RELOADS; i++) {
        Set<String> before = pids();
        jpm.run("reload", "web").ok();
        assertThat(pids()).hasSize(2).doesNotContainAnyElementsOf(before);
      }
      load.stop();
      assertThat(load.failures()).isEmpty();
      assertThat(load.done("upload")).isPositive();
      assertThat(load.done("keep-alive")).isPositive();
    }
  }

  @ParameterizedTest
  @Tag("slow")
  @EnumSource(
      value = ServerSetup.class,
      names = {"NODE", "JVM", "ACTIVATED", "PROXY"})
  void oldVersionKeepsServingWhenTheNewOneDoesNotBecomeReady(ServerSetup serverSetup)
      throws Exception {
    start(serverSetup, 2, new JsonObject().put("listen_timeout", "3s"));
    Set<String> before = pids();
    try (Load load = load(serverSetup)) {
      for (FaultyVersion faultyVersion : FaultyVersion.values()) {
        installFaultyVersion(serverSetup, faultyVersion);
        String told = jpm.run("reload", "web").failed().err();
        assertThat(told).contains(faultyVersion.reason);
        if (serverSetup.isProxy() && faultyVersion == FaultyVersion.NEVER_LISTENS) {
          assertThat(told)
              .contains(
                  "the value of its variable PORT: it must listen there, not on port " + port);
        }
        assertThat(pids()).isEqualTo(before);
      }
      load.stop();
      assertThat(load.failures()).isEmpty();
      assertThat(load.done("close")).isPositive();
    }
    assertThat(jpm.appProcesses()).hasSize(2);
  }

  /// A version that must not replace one that works.
  private enum FaultyVersion {
    ENDS("exit 1"),
    NEVER_LISTENS("not ready within 3 s"),
    TOO_LATE("not ready within 3 s");

    final String reason;

    FaultyVersion(String reason) {
      this.reason = reason;
    }
  }

  private void installFaultyVersion(ServerSetup serverSetup, FaultyVersion faultyVersion)
      throws Exception {
    switch (serverSetup) {
      case NODE, NODE_IN_TURN, NODE_BY_PROXY -> {
        String good = Files.readString(EXAMPLES.resolve("node/server.js"));
        write(
            serverSetup,
            switch (faultyVersion) {
              case ENDS -> "process.exit(1)";
              case NEVER_LISTENS -> "setInterval(() => {}, 1000)";
              case TOO_LATE ->
                  good.replace("server.listen(", "setTimeout(() => server.listen(")
                      .replace("3000);", "3000), 5000);");
            });
      }
      case JVM, OTHER_JVM -> {
        String good = Files.readString(EXAMPLES.resolve("jvm/Server.java"));
        compile(
            switch (faultyVersion) {
              case ENDS ->
                  good.replace("int port", "if (args.length == 0) System.exit(1); int port");
              case NEVER_LISTENS ->
                  "public class Server { public static void main(String[] args) throws Exception"
                      + " { Thread.sleep(1000000); } }";
              case TOO_LATE ->
                  good.replace("throws IOException", "throws Exception")
                      .replace("int port", "Thread.sleep(5000); int port");
            });
      }
      case ACTIVATED, PROXY -> {
        String good =
            Files.readString(
                EXAMPLES.resolve(
                    serverSetup == ServerSetup.PROXY ? "python/server.py" : "activated/server.py"));
        write(
            serverSetup,
            switch (faultyVersion) {
              case ENDS -> "raise SystemExit(1)";
              case NEVER_LISTENS -> "import time; time.sleep(1000000)";
              case TOO_LATE -> "import time; time.sleep(5)\n" + good;
            });
      }
    }
  }

  private void write(ServerSetup serverSetup, String text) throws IOException {
    Files.writeString(jpm.work().resolve(serverSetup.script), text);
  }

  /// Without the modes in which the daemon accepts connections (round_robin): connections that it
  /// holds end with it.
  @ParameterizedTest
  @Representatives(1)
  @EnumSource(
      value = ServerSetup.class,
      names = {"NODE", "JVM", "ACTIVATED"})
  void deathOfTheDaemonLosesNoRequests(ServerSetup serverSetup) throws Exception {
    start(serverSetup, 2);
    Set<String> before = pids();
    try (Load load = load(serverSetup)) {
      long daemon = jpm.daemonPid();
      jpm.killDaemon();
      Eventually.await("a new daemon is running", SOON, () -> isOtherDaemon(daemon));
      assertThat(pids()).isEqualTo(before);
      jpm.run("reload", "web").ok();
      assertThat(pids()).hasSize(2).doesNotContainAnyElementsOf(before);
      jpm.run("scale", "web", "+1").ok();
      load.stop();
      assertThat(load.failures()).isEmpty();
    }
    awaitAnswers(serverSetup, 3);
  }

  /// Without the keeper, only the processes hold the listening sockets, and with round_robin not
  /// even they do.
  @ParameterizedTest
  @Tag("slow")
  @EnumSource(
      value = ServerSetup.class,
      names = {"NODE", "NODE_IN_TURN", "JVM", "ACTIVATED", "PROXY"})
  void appContinuesWhenListeningSocketsDieWithTheDaemon(ServerSetup serverSetup) throws Exception {
    jpm.settings("{\"keeper\": {\"enabled\": false}}");
    start(serverSetup, 2);
    Set<String> before = pids();
    boolean kernel = serverSetup != ServerSetup.NODE_IN_TURN && serverSetup != ServerSetup.PROXY;
    try (Load meanwhile = load(serverSetup)) {
      jpm.killDaemon();
      jpm.run("ls").ok();
      awaitAnswers(serverSetup, 2);
      meanwhile.stop();
      if (kernel) {
        assertThat(meanwhile.failures()).isEmpty();
      }
    }
    assertThat(pids()).isEqualTo(before);
    try (Load load = load(serverSetup)) {
      jpm.run("reload", "web").ok();
      load.stop();
      assertThat(load.failures()).isEmpty();
    }
    assertThat(pids()).hasSize(2).doesNotContainAnyElementsOf(before);
    awaitAnswers(serverSetup, 2);
  }

  private boolean isOtherDaemon(long than) {
    try {
      return jpm.daemonPid() != than;
    } catch (IOException | NumberFormatException notYet) {
      return false;
    }
  }

  @Test
  @Tag("slow")
  void proxyServesAgainAfterTheDaemonDied() throws Exception {
    start(ServerSetup.PROXY, 2);
    Set<String> before = pids();
    long daemon = jpm.daemonPid();
    jpm.killDaemon();
    Eventually.await("a new daemon is running", SOON, () -> isOtherDaemon(daemon));
    awaitAnswers(ServerSetup.PROXY, 2);
    assertThat(pids()).isEqualTo(before);
    try (Load load = load(ServerSetup.PROXY)) {
      jpm.run("reload", "web").ok();
      load.stop();
      assertThat(load.failures()).isEmpty();
    }
  }

  @Test
  @Tag("slow")
  void connectionsToTheProxyWaitWhileNoDaemonRuns() throws Exception {
    start(ServerSetup.PROXY, 2);
    long daemon = jpm.daemonPid();
    jpm.killDaemon();
    try (Load load = new Load(port)) {
      for (int i = 0; i < 20; i++) {
        // The daemon is dead at least during the first request, and no connection is refused.
        assertThat(load.get()).isNotEmpty();
      }
    }
    Eventually.await("a new daemon is running", SOON, () -> isOtherDaemon(daemon));
  }

  /// Each client opens a connection for each request, and sends one request at a time. A stalled
  /// instance holds its share of the clients, and the other clients are never connected to it.
  @Test
  @Tag("slow")
  void stalledInstanceHoldsOnlyItsShareOfTheClients() throws Exception {
    start(ServerSetup.NODE_BY_PROXY, 4);
    String stalled = pids().iterator().next();
    int id =
        jpm.list().stream()
            .filter(app -> stalled.equals("" + app.getInteger("pid")))
            .findFirst()
            .orElseThrow()
            .getInteger("pm_id");
    AtomicInteger answers = new AtomicInteger();
    AtomicBoolean over = new AtomicBoolean();
    List<Thread> clients = new ArrayList<>();
    signal("STOP", stalled);
    for (int i = 0; i < 8; i++) {
      clients.add(Thread.ofVirtual().start(() -> requestUntil(over, answers)));
    }
    Eventually.await("the other instances answer", SOON, () -> answers.get() > 1000);
    // Two, as for the other instances, if all have equal weight; an instance that has just started
    // has less.
    assertThat(jpm.run("describe", "" + id).ok().out()).containsPattern("open +│ [1-4] ");
    over.set(true);
    signal("CONT", stalled);
    for (Thread client : clients) {
      client.join();
    }
  }

  private void requestUntil(AtomicBoolean over, AtomicInteger answers) {
    while (!over.get()) {
      try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), port)) {
        socket
            .getOutputStream()
            .write("GET / HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n".getBytes(US_ASCII));
        String answer = new String(socket.getInputStream().readAllBytes(), US_ASCII);
        assertThat(answer).startsWith("HTTP/1.1 200");
        answers.incrementAndGet();
      } catch (IOException broken) {
        throw new UncheckedIOException(broken);
      }
    }
  }

  private static void signal(String name, String pid) throws Exception {
    Signals.send(name, Long.parseLong(pid));
  }

  @ParameterizedTest
  @Tag("slow")
  @EnumSource(
      value = ServerSetup.class,
      names = {"NODE", "JVM", "ACTIVATED", "PROXY"})
  void killedProcessIsReplacedAndOnlyItsOpenRequestsAreLost(ServerSetup serverSetup)
      throws Exception {
    start(serverSetup, 4);
    int kills = 5;
    int inHand = 0;
    try (Load load = new Load(port).keepAlive(CLIENTS / 2).closing(CLIENTS / 2)) {
      for (int i = 0; i < kills; i++) {
        Set<String> before = pids();
        long victim = Long.parseLong(before.iterator().next());
        // Stopped first, so that only the connections that it holds then can be lost with it.
        signal("STOP", victim);
        // Behind the proxy it can receive more connections until it is dead, at most one from each
        // client.
        inHand += serverSetup.isProxy() ? CLIENTS : connections(victim);
        signal("KILL", victim);
        Eventually.await(
            "the killed process is replaced",
            SOON,
            () -> {
              Set<String> now = pids();
              return now.size() == 4 && !now.contains("" + victim) && !now.contains("0");
            });
      }
      load.stop();
      assertThat(inHand).isBetween(0, kills * CLIENTS);
      assertThat(load.failures()).hasSizeLessThanOrEqualTo(inHand);
      assertThat(load.done()).isGreaterThan(100);
    }
  }

  private static void signal(String name, long pid) throws Exception {
    Signals.send(name, pid);
    if (name.equals("STOP")) {
      Eventually.await("the process is stopped", SOON, () -> isStopped(pid));
    }
  }

  private static boolean isStopped(long pid) {
    try {
      return Files.readString(Path.of("/proc/" + pid + "/stat")).contains(") T ");
    } catch (IOException gone) {
      return false;
    }
  }

  /// Returns the number of TCP connections of a process.
  private static int connections(long pid) throws IOException {
    Set<String> sockets = new HashSet<>();
    try (Stream<Path> open = Files.list(Path.of("/proc/" + pid + "/fd"))) {
      for (Path fd : open.toList()) {
        String target = Files.readSymbolicLink(fd).toString();
        if (target.startsWith("socket:[")) {
          sockets.add(target.substring(8, target.length() - 1));
        }
      }
    }
    int count = 0;
    for (String table : List.of("tcp", "tcp6")) {
      for (String row : Files.readAllLines(Path.of("/proc/" + pid + "/net/" + table))) {
        String[] words = row.strip().split(" +", -1);
        if (!words[3].equals(LISTENS) && sockets.contains(words[9])) {
          count++;
        }
      }
    }
    return count;
  }

  @ParameterizedTest
  @Tag("slow")
  @EnumSource(
      value = ServerSetup.class,
      names = {"NODE", "PROXY"})
  void appIsScaledUpAndDownWithoutLosingRequests(ServerSetup serverSetup) throws Exception {
    start(serverSetup, 1);
    try (Load load = load(serverSetup)) {
      jpm.run("scale", "web", "3").ok();
      awaitAnswers(serverSetup, 3);
      jpm.run("scale", "web", "-2").ok();
      load.stop();
      assertThat(load.failures()).isEmpty();
    }
    assertThat(pids()).hasSize(1);
    assertThat(jpm.run("scale", "web", "-1").failed().err()).contains("at least 1 is required");
  }
}
