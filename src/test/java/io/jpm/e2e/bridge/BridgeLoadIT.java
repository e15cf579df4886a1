package io.jpm.e2e.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.e2e.EndToEndTestBase;
import io.jpm.testing.TestDeadline;
import io.vertx.core.json.JsonObject;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// A daemon with many peers: subscribers to busy addresses that never read, and idle connections.
/// `-Djpm.load.subscribers` and `-Djpm.load.idle` set how many there are, `-Djpm.load.events` how
/// many events the test waits for.
@Tag("slow")
@Timeout(300)
@Tag("alone")
class BridgeLoadIT extends EndToEndTestBase {
  private static final int SUBSCRIBERS = Integer.getInteger("jpm.load.subscribers", 200);
  private static final int IDLE = Integer.getInteger("jpm.load.idle", 1000);
  private static final int EVENTS = Integer.getInteger("jpm.load.events", 2000);

  /// The heap and the buffers of the daemon may have 96 MiB each; the rest is what a JVM needs
  /// besides.
  private static final long MAX_KIB = (96 + 96 + 192) << 10;

  private static final List<String> BUSY_ADDRESSES =
      List.of("jpm.events", "jpm.lines.flood", "jpm.usage");

  private final Deque<Client> clients = new ArrayDeque<>();

  @BeforeEach
  void open() throws IOException {
    jpm.run("ping").ok();
  }

  @AfterEach
  void closeClients() throws IOException {
    for (Client client : clients) {
      client.socket().close();
    }
  }

  @Test
  void silentSubscribersAndIdleConnectionsDoNotDisturbTheDaemon() throws IOException {
    long daemon = jpm.daemonPid();
    for (int i = 0; i < SUBSCRIBERS; i++) {
      Client client = connected(i % 2 == 0);
      String address = BUSY_ADDRESSES.get(i / 2 % BUSY_ADDRESSES.size());
      client.send(
          new JsonObject()
              .put("type", "register")
              .put("address", address)
              .put("headers", new JsonObject().put("after", "0")));
    }
    for (int i = 0; i < IDLE; i++) {
      connected(i % 2 == 0);
    }
    startBusyApps();
    Client reader = connected(false);
    reader.send(
        new JsonObject()
            .put("type", "register")
            .put("address", "jpm.events")
            .put("headers", new JsonObject().put("after", "0")));
    Client asking = connected(true);
    long most = 0;
    for (long seq = 1; seq <= EVENTS; seq++) {
      JsonObject event = reader.read().getJsonObject("body");
      assertThat(event.getLong("seq")).as(event.encode()).isEqualTo(seq);
      if (seq % 100 == 0) {
        assertThat(asking.ping().getLong("pid")).isEqualTo(daemon);
        most = Math.max(most, residentKib(daemon));
      }
    }
    assertThat(jpm.run("ls").ok().out()).contains("flood");
    assertThat(jpm.daemonPid()).isEqualTo(daemon);
    assertThat(most).as("resident KiB of the daemon").isLessThan(MAX_KIB);
  }

  /// Starts an app that prints some MiB per second, and one that exits again and again.
  private void startBusyApps() throws IOException {
    String line = "x".repeat(200);
    String flood =
        "#!/bin/bash\nwhile :; do for ((i = 0; i < 1000; i++)); do echo \"$i "
            + line
            + "\"; done; sleep 0.1; done\n";
    jpm.run("start", jpm.script("flood.sh", flood).toString(), "--name", "flood").ok();
    String crash =
        """
        {"apps":[{"name":"crash","script":"sleep","args":["0.02"],"interpreter":"none",
          "instances":4,"max_restarts":1000000,"restart_delay":10}]}
        """;
    jpm.run("start", Files.writeString(jpm.work().resolve("crash.json"), crash).toString()).ok();
  }

  private static long residentKib(long pid) throws IOException {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:"))
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElseThrow();
  }

  /// Opens a connection and waits until the daemon has accepted it.
  private Client connected(boolean tcp) throws IOException {
    Client client = tcp ? tcp() : unix();
    clients.add(client);
    client.send(new JsonObject().put("type", "ping"));
    assertThat(client.read().getString("type")).isEqualTo("pong");
    return client;
  }

  private Client unix() throws IOException {
    var channel = SocketChannel.open(StandardProtocolFamily.UNIX);
    channel.connect(UnixDomainSocketAddress.of(jpm.home().resolve("bridge.sock")));
    return new Client(channel, Channels.newInputStream(channel), Channels.newOutputStream(channel));
  }

  private Client tcp() throws IOException {
    var socket = new Socket();
    socket.setReceiveBufferSize(4096);
    int port = Integer.parseInt(Files.readString(jpm.home().resolve("bridge.port")).strip());
    socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port));
    socket.setSoTimeout(TestDeadline.millis(60));
    var client = new Client(socket, socket.getInputStream(), socket.getOutputStream());
    String token = Files.readString(jpm.home().resolve("token")).strip();
    client.send(new JsonObject().put("type", "auth").put("token", token));
    return client;
  }

  private record Client(Closeable socket, InputStream in, OutputStream out) {
    void send(JsonObject frame) throws IOException {
      byte[] text = frame.encode().getBytes(StandardCharsets.UTF_8);
      out.write(ByteBuffer.allocate(4 + text.length).putInt(text.length).put(text).array());
      out.flush();
    }

    JsonObject read() throws IOException {
      var data = new DataInputStream(in);
      return new JsonObject(new String(data.readNBytes(data.readInt()), StandardCharsets.UTF_8));
    }

    JsonObject ping() throws IOException {
      send(
          new JsonObject()
              .put("type", "send")
              .put("address", "jpm.command")
              .put("replyAddress", "1")
              .put("body", new JsonObject().put("v", 1).put("verb", "ping")));
      return read().getJsonObject("body");
    }
  }
}
