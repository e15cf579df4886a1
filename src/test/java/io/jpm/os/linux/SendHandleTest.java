package io.jpm.os.linux;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.RunAs;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.HostFixture;
import io.jpm.os.HostFixture.Spawned;
import io.jpm.os.ListenSocket;
import io.jpm.os.ListenSocketRegistry.ListenRequest;
import io.jpm.os.ListenSocketRegistry.Protocol;
import io.jpm.os.RecordedWatcher;
import io.jpm.os.linux.libc.Libc;
import io.jpm.testing.Eventually;
import java.io.IOException;
import java.io.InputStream;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Descriptors that are sent to a process over its IPC channel, as Node's `child_process` does.
@Timeout(120)
class SendHandleTest {
  private LinuxProcessHost host;
  private HostFixture fixture;
  private final List<Boolean> answers = new CopyOnWriteArrayList<>();

  @BeforeEach
  void open(@TempDir Path dir) {
    host = new LinuxProcessHost();
    fixture = new HostFixture(host, dir);
  }

  @AfterEach
  void leavesNothingBehind() {
    fixture.close();
  }

  private ListenSocket socket() throws IOException {
    ListenRequest listenRequest =
        new ListenRequest(Protocol.TCP, Optional.of(Loopback.at(0)), false, false, 0, RunAs.DAEMON);
    return host.listenSockets().orElseThrow().open("a socket", listenRequest);
  }

  private Spawned start(String script, String... arguments) {
    return fixture.start(fixture.withChannel(fixture.request(script, arguments)));
  }

  private boolean sendSocket(Spawned app, String json, ListenSocket socket) {
    return host.send(app.child().identity(), json, socket, answers::add);
  }

  private void awaitAnswers(Boolean... wanted) {
    Eventually.await(
        "answers", HostFixture.DEADLINE, () -> answers.equals(List.of(wanted)), () -> answers);
  }

  @Test
  void nodeWorkerListensOnASocketOfTheDaemon() throws IOException {
    ListenSocket socket = socket();
    int port = socket.address().orElseThrow().getPort();
    Spawned app =
        fixture.start(
            fixture.withVariable(
                fixture.withChannel(fixture.request("worker.cjs", Integer.toString(port))),
                "NODE_UNIQUE_ID",
                "1"));
    Eventually.await(
        "the worker asks for a socket",
        HostFixture.DEADLINE,
        () -> queries(app.watcher()).size() == 1);
    String query = queries(app.watcher()).getFirst();
    assertThat(query).startsWith("{\"cmd\":\"NODE_CLUSTER\"").contains("\"port\":" + port);
    String sequence = query.replaceFirst(".*\"seq\":(\\d+).*", "$1");

    assertThat(
            sendSocket(
                app,
                "{\"cmd\":\"NODE_CLUSTER\",\"errno\":0,\"key\":\"k\",\"ack\":" + sequence + "}",
                socket))
        .isTrue();
    app.awaitOutput("listening");
    awaitAnswers(true);
    assertThat(get(port)).isEqualTo("served by " + app.pid());
    assertThat(host.send(app.child().identity(), "\"plain\"")).isTrue();
    app.watcher().awaitMessage("{\"heard\":\"plain\"}");
    assertThat(app.watcher().nodeMessages()).noneMatch(json -> json.contains("NODE_HANDLE"));
  }

  private static List<String> queries(RecordedWatcher watcher) {
    return watcher.nodeMessages().stream().filter(json -> json.contains("queryServer")).toList();
  }

  private static String get(int port) throws IOException {
    HttpURLConnection connection =
        (HttpURLConnection) URI.create("http://127.0.0.1:" + port + "/").toURL().openConnection();
    try (InputStream in = connection.getInputStream()) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  @Test
  void messagesAndSocketsArriveInOrder() throws IOException {
    ListenSocket socket = socket();
    Spawned app = start("takes-handles.cjs");
    app.watcher().awaitMessage("\"ready\"");
    app.child().signalMain(Signal.SIGSTOP);
    for (int n = 0; n < 40; n++) {
      String json = "{\"n\":" + n + ",\"close\":true}";
      assertThat(n % 2 == 0 ? sendSocket(app, json, socket) : app.child().send(json)).isTrue();
    }
    socket.close(); // a message in transit has its own descriptor
    app.child().signalMain(Signal.SIGCONT);

    app.watcher().awaitMessage("{\"got\":39,\"handle\":null}");
    List<String> got = app.watcher().messages();
    for (int n = 0; n < 40; n++) {
      String handle = n % 2 == 0 ? "\"TCP\"" : "null";
      assertThat(got.get(n + 1)).isEqualTo("{\"got\":" + n + ",\"handle\":" + handle + "}");
    }
    assertThat(answers).hasSize(20).containsOnly(true);
  }

  @Test
  void refusedSocketIsSentAgainAndThenGivenUp() throws IOException {
    ListenSocket socket = socket();
    Spawned app = start("refuses-handles.py", "NACK,NACK,NACK,ACK,NACK,NACK,NACK,NACK");
    assertThat(sendSocket(app, "{\"n\":1}", socket)).isTrue();
    app.child().send("\"between\"");
    sendSocket(app, "{\"n\":2}", socket);
    app.child().send("\"last\"");

    app.watcher().awaitMessage("\"last\"");
    String first = "{\"saw\": {\"n\": 1}}";
    String second = "{\"saw\": {\"n\": 2}}";
    assertThat(app.watcher().messages())
        .containsExactly(
            first, first, first, first, "\"between\"", second, second, second, second, "\"last\"");
    awaitAnswers(true, false);
  }

  @Test
  void socketsNotAcceptedBeforeTheExitAreReported() throws IOException {
    ListenSocket socket = socket();
    Spawned app = start("refuses-handles.py", "none");
    sendSocket(app, "{\"n\":1}", socket);
    sendSocket(app, "{\"n\":2}", socket);
    app.watcher().awaitMessage("{\"saw\": {\"n\": 1}}");
    app.child().signalMain(Signal.SIGKILL);

    awaitAnswers(false, false);
    assertThat(sendSocket(app, "{\"n\":3}", socket)).isFalse();
    app.watcher().awaitExit();
    assertThat(host.send(app.child().identity(), "1")).isFalse();
    assertThat(answers).hasSize(2);
  }

  @Test
  void acknowledgementForAnEarlierDaemonIsIgnored() throws IOException {
    ListenSocket socket = socket();
    Spawned app = start("takes-handles.cjs");
    app.watcher().awaitMessage("\"ready\"");
    app.child().signalMain(Signal.SIGSTOP);
    assertThat(sendSocket(app, "{\"n\":1}", socket)).isTrue();
    int pid = app.pid();
    app.child().release();
    awaitAnswers(false);
    RecordedWatcher watcher = new RecordedWatcher();
    try (LinuxProcessHost next = new LinuxProcessHost()) {
      Child adopted = next.adopt(app.child().identity(), fixture.tag(1, 1), watcher).orElseThrow();
      Libc.kill(pid, 18); // SIGCONT
      watcher.awaitMessage("{\"got\":1,\"handle\":\"TCP\"}");
      assertThat(next.send(adopted.identity(), "{\"n\":2}")).isTrue();
      watcher.awaitMessage("{\"got\":2,\"handle\":null}");
      assertThat(watcher.nodeMessages()).isEmpty();
      adopted.signalTree(Signal.SIGKILL);
      watcher.awaitTreeGone();
    }
  }

  @Test
  void descriptorsDoNotLeak() throws IOException {
    ListenSocket socket = socket();
    Spawned warm = start("refuses-handles.py", "ACK,NACK,NACK,NACK,NACK,exit");
    warm.end();
    long before = openDescriptors();
    for (int round = 0; round < 5; round++) {
      Spawned app = start("refuses-handles.py", "ACK,NACK,NACK,NACK,NACK,exit");
      for (int n = 0; n < 5; n++) {
        sendSocket(app, "{\"n\":1}", socket);
      }
      app.watcher().awaitExit();
      app.end();
    }
    fixture.closeCaptures();

    Eventually.await(
        "all descriptors are closed",
        HostFixture.DEADLINE,
        () -> openDescriptors() <= before,
        SendHandleTest::openDescriptors);
    Eventually.await("all results are reported", HostFixture.DEADLINE, () -> answers.size() == 25);
    assertThat(answers.stream().filter(taken -> taken)).hasSize(5);
  }

  private static long openDescriptors() {
    try (Stream<Path> open = Files.list(Path.of("/proc/self/fd"))) {
      return open.count();
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }
}
