package io.jpm.e2e.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.testing.Eventually;
import io.jpm.testing.TestDeadline;
import io.vertx.core.json.JsonObject;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.LongStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// The bridge of a real daemon on its unix socket and its TCP port, with frames written by hand.
@Timeout(120)
class BridgeIT extends EndToEndTestBase {
  private static final Duration LIMIT = Duration.ofSeconds(60);

  @BeforeEach
  void open() throws IOException {
    jpm.run("ping").ok();
  }

  private static byte[] frame(JsonObject json) {
    byte[] text = json.encode().getBytes(StandardCharsets.UTF_8);
    return ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text).array();
  }

  private static JsonObject read(InputStream stream) throws IOException {
    var in = new DataInputStream(stream);
    return new JsonObject(new String(in.readNBytes(in.readInt()), StandardCharsets.UTF_8));
  }

  private Socket tcp() throws IOException {
    int port = Integer.parseInt(Files.readString(jpm.home().resolve("bridge.port")).strip());
    var socket = new Socket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(TestDeadline.millis(30));
    return socket;
  }

  @Test
  @Tag("slow")
  void subscriberOnTheUnixSocketReceivesEventsInOrder() throws Exception {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(jpm.home().resolve("bridge.sock")));
      channel.write(
          ByteBuffer.wrap(
              frame(new JsonObject().put("type", "register").put("address", "jpm.events.one"))));
      // Frames are answered in order: after this reply the subscription is active.
      channel.write(ByteBuffer.wrap(frame(new JsonObject().put("type", "ping"))));
      InputStream in = Channels.newInputStream(channel);
      assertThat(read(in).getString("type")).isEqualTo("pong");
      jpm.run("start", "sleep 1000", "--name", "other").ok();
      jpm.run("start", "sleep 1000", "--name", "one").ok();
      jpm.run("delete", "one").ok();
      List<String> seen = new ArrayList<>();
      while (!seen.contains("delete")) {
        JsonObject body = read(in).getJsonObject("body");
        assertThat(body.getString("app")).isEqualTo("one");
        assertThat(body.getInteger("v")).isEqualTo(1);
        seen.add(body.getString("event"));
      }
      assertThat(seen).containsExactly("start", "online", "stopping", "exit", "stop", "delete");
    }
  }

  @Test
  void resumedSubscriberReceivesEveryEventOnceAcrossDaemons() throws Exception {
    List<JsonObject> seen = new ArrayList<>();
    follow(0, "online", seen, () -> jpm.run("start", "sleep 1000", "--name", "one").ok());
    jpm.run("restart", "one").ok();
    jpm.killDaemon();
    jpm.run("scale", "one", "3").ok();
    follow(last(seen), "delete", seen, () -> jpm.run("delete", "one").ok());
    assertThat(seen.stream().map(event -> event.getLong("seq")))
        .containsExactlyElementsOf(LongStream.rangeClosed(1, seen.size()).boxed().toList());
    assertThat(seen.stream().map(event -> event.getString("event")))
        .startsWith("daemon_started", "start", "online")
        .containsSubsequence("stopping", "online", "adopt", "daemon_started", "scale", "delete");
    assertThat(
            seen.stream()
                .filter(event -> event.getString("event").equals("scale"))
                .map(event -> event.getString("reason")))
        .containsExactly("from 1 to 3 instances");
  }

  private static long last(List<JsonObject> seen) {
    return seen.isEmpty() ? 0 : seen.getLast().getLong("seq");
  }

  /// Collects the events after this sequence number until there is one of this kind.
  private void follow(long after, String until, List<JsonObject> seen, Runnable meanwhile)
      throws IOException {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(jpm.home().resolve("bridge.sock")));
      var headers = new JsonObject().put("after", Long.toString(after));
      channel.write(
          ByteBuffer.wrap(
              frame(
                  new JsonObject()
                      .put("type", "register")
                      .put("address", "jpm.events")
                      .put("headers", headers))));
      meanwhile.run();
      InputStream in = Channels.newInputStream(channel);
      do {
        seen.add(read(in).getJsonObject("body"));
      } while (!seen.getLast().getString("event").equals(until));
    }
  }

  @Test
  @Tag("slow")
  void subscriberReceivesTheLinesThatAnAppPrints() throws Exception {
    try (var channel = SocketChannel.open(StandardProtocolFamily.UNIX)) {
      channel.connect(UnixDomainSocketAddress.of(jpm.home().resolve("bridge.sock")));
      channel.write(
          ByteBuffer.wrap(
              frame(new JsonObject().put("type", "register").put("address", "jpm.lines.one"))));
      channel.write(ByteBuffer.wrap(frame(new JsonObject().put("type", "ping"))));
      InputStream in = Channels.newInputStream(channel);
      assertThat(read(in).getString("type")).isEqualTo("pong");
      String script =
          "#!/bin/bash\nfor ((n = 1; n <= 300; n++)); do echo line $n; done; sleep 1000\n";
      jpm.run("start", jpm.script("one.sh", script).toString(), "--name", "one").ok();
      int told = 0;
      while (told < 300) {
        JsonObject body = read(in).getJsonObject("body");
        assertThat(body.getInteger("first")).isEqualTo(told + 1);
        for (Object line : body.getJsonArray("lines")) {
          told++;
          assertThat(((JsonObject) line).getString("text")).isEqualTo("line " + told);
        }
      }
    }
  }

  @Test
  @Tag("slow")
  void clientStartsAnAppWritesToItReadsItsLinesAndDeletesIt() throws Exception {
    String token = Files.readString(jpm.home().resolve("token")).strip();
    try (Socket socket = tcp()) {
      socket
          .getOutputStream()
          .write(frame(new JsonObject().put("type", "auth").put("token", token)));
      String app = "\"app\":{\"name\":\"echo\",\"script\":\"cat\"},\"cwd\":\"/\"";
      JsonObject started = ask(socket, "{\"v\":1,\"verb\":\"start\"," + app + "}");
      assertThat(started.getBoolean("ok")).as(started.encode()).isTrue();
      JsonObject instance = started.getJsonArray("instances").getJsonObject(0);
      assertThat(instance.getString("status")).isEqualTo("online");
      assertThat(ProcessHandle.of(instance.getInteger("pid"))).isPresent();
      ask(socket, "{\"v\":1,\"verb\":\"type\",\"target\":\"echo\",\"line\":\"hello\"}");
      Eventually.await(
          "the log has the line",
          LIMIT,
          () -> lines(socket).contains("\"text\":\"hello\""),
          () -> lines(socket));
      JsonObject unknown = ask(socket, "{\"v\":1,\"verb\":\"stop\",\"targets\":[\"nobody\"]}");
      assertThat(unknown.getString("code")).isEqualTo("not_found");
      JsonObject gone = ask(socket, "{\"v\":1,\"verb\":\"delete\",\"targets\":[\"echo\"]}");
      assertThat(gone.getBoolean("ok")).as(gone.encode()).isTrue();
      assertThat(ask(socket, "{\"v\":1,\"verb\":\"list\"}").getJsonArray("instances")).isEmpty();
    }
  }

  private static String lines(Socket socket) {
    try {
      return ask(socket, "{\"v\":1,\"verb\":\"logs\",\"targets\":[\"echo\"]}").encode();
    } catch (IOException failure) {
      throw new UncheckedIOException(failure);
    }
  }

  private static JsonObject ask(Socket socket, String request) throws IOException {
    socket
        .getOutputStream()
        .write(
            frame(
                new JsonObject()
                    .put("type", "send")
                    .put("address", "jpm.command")
                    .put("replyAddress", "mine")
                    .put("body", new JsonObject(request))));
    return read(socket.getInputStream()).getJsonObject("body");
  }

  @Test
  void connectionWithoutTheTokenIsClosedAndLogged() throws Exception {
    byte[] wrong = frame(new JsonObject().put("type", "auth").put("token", "0".repeat(64)));
    byte[] huge = ByteBuffer.allocate(4).putInt(Integer.MAX_VALUE).array();
    byte[] negative = ByteBuffer.allocate(4).putInt(-1).array();
    byte[] garbage = "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n".getBytes(StandardCharsets.UTF_8);
    byte[] silence = {};
    int refused = 0;
    for (byte[] words : List.of(wrong, huge, negative, garbage, silence)) {
      try (Socket socket = tcp()) {
        socket.getOutputStream().write(words);
        assertThat(isClosed(socket)).as("%s bytes", words.length).isTrue();
      }
      refused++;
      assertThat(refusals()).isEqualTo(refused);
    }
    assertThat(jpm.run("ping").ok().out()).contains("pong");
  }

  private static boolean isClosed(Socket socket) {
    try {
      return socket.getInputStream().read() < 0;
    } catch (java.net.SocketTimeoutException stillOpen) {
      return false;
    } catch (IOException reset) {
      return true;
    }
  }

  private long refusals() throws IOException {
    return Files.readAllLines(jpm.home().resolve("jpm.log")).stream()
        .filter(line -> line.contains(" bridge: "))
        .count();
  }

  @Test
  void theHomeIsForItsOwnerOnly() throws Exception {
    for (String file : List.of("token", "bridge.port", "bridge.sock", "jpm.pid")) {
      assertThat(
              java.nio.file.attribute.PosixFilePermissions.toString(
                  Files.getPosixFilePermissions(jpm.home().resolve(file))))
          .as(file)
          .isEqualTo("rw-------");
    }
    assertThat(
            java.nio.file.attribute.PosixFilePermissions.toString(
                Files.getPosixFilePermissions(jpm.home())))
        .isEqualTo("rwx------");
  }
}
