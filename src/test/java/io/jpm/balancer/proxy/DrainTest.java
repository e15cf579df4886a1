package io.jpm.balancer.proxy;

import static java.nio.charset.StandardCharsets.US_ASCII;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.balancer.proxy.ProxyHarness.Instance;
import io.jpm.testing.Eventually;
import io.vertx.core.Future;
import java.io.IOException;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// Tests what happens to connections when an instance is replaced.
@Timeout(120)
class DrainTest {
  private static final byte[] GET = "GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(US_ASCII);

  private ProxyHarness proxy;

  @BeforeEach
  void open() throws IOException {
    proxy = new ProxyHarness();
  }

  @AfterEach
  void close() throws IOException {
    proxy.close();
  }

  private static String exchange(Socket socket) throws IOException {
    socket.getOutputStream().write(GET);
    String head = Server.head(socket.getInputStream());
    int length = Integer.parseInt(head.replaceAll("(?s).*Content-Length: (\\d+).*", "$1"));
    return head + new String(socket.getInputStream().readNBytes(length), US_ASCII);
  }

  @Test
  void drainingInstanceReceivesNoNewConnections() throws IOException {
    Instance old = proxy.start(0, Server.http("old"));
    proxy.start(0, Server.http("new"));
    assertThat(ProxyHarness.await(proxy.drain(old))).isZero();
    for (int i = 0; i < 10; i++) {
      assertThat(exchange(proxy.connect())).endsWith("new");
    }
    assertThat(proxy.<Integer>get(() -> proxy.backend.fronts().size())).isEqualTo(1);
  }

  @Test
  void responseDuringADrainTellsTheClientToClose() throws IOException {
    Instance old = proxy.start(0, Server.http("old"));
    Socket socket = proxy.connect();
    assertThat(exchange(socket)).doesNotContain("Connection: close");
    Future<Integer> drained = proxy.drain(old);
    assertThat(exchange(socket))
        .startsWith("HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 3\r\n")
        .endsWith("old");
    assertThat(drained.isComplete()).isFalse();
    socket.close();
    assertThat(ProxyHarness.await(drained)).isZero();
  }

  @Test
  void idleKeepAliveConnectionIsClosedGracefully() throws IOException {
    Instance old = proxy.start(0, Server.http("old"));
    Socket socket = proxy.connect();
    exchange(socket);
    Future<Integer> drained = proxy.drain(old);
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
    assertThat(ProxyHarness.await(drained)).isZero();
  }

  @Test
  void upgradedConnectionStaysDuringTheDrainAndIsCountedAtItsEnd() throws IOException {
    proxy.with(Duration.ofSeconds(4));
    Instance old =
        proxy.start(
            0,
            socket -> {
              if (!Server.head(socket.getInputStream()).isEmpty()) {
                socket
                    .getOutputStream()
                    .write(
                        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: echo\r\n\r\n"
                            .getBytes(US_ASCII));
                Server.echo(socket);
              }
            });
    Socket socket = proxy.connect();
    socket.getOutputStream().write(GET);
    assertThat(Server.head(socket.getInputStream())).startsWith("HTTP/1.1 101");
    Future<Integer> drained = proxy.drain(old);
    byte[] frame = "HTTP/1.1 200 in a frame\r\n".getBytes(US_ASCII);
    while (!drained.isComplete()) {
      socket.getOutputStream().write(frame);
      assertThat(socket.getInputStream().readNBytes(frame.length)).isEqualTo(frame);
    }
    assertThat(ProxyHarness.await(drained)).isEqualTo(1);
    proxy.end(old);
    assertThat(socket.getInputStream().read()).isEqualTo(-1);
  }

  @Test
  void drainWaitsForALongUpload() throws IOException {
    Instance old =
        proxy.start(
            0,
            socket -> {
              long size =
                  socket.getInputStream().transferTo(java.io.OutputStream.nullOutputStream());
              socket.getOutputStream().write(Long.toString(size).getBytes(US_ASCII));
            });
    Socket socket = proxy.connect();
    socket.getOutputStream().write(new byte[1000]);
    Eventually.await(
        "the first part has arrived", ProxyHarness.TIMEOUT, () -> counter(old, "bytes_in") == 1000);
    Future<Integer> drained = proxy.drain(old);
    for (int i = 0; i < 100; i++) {
      socket.getOutputStream().write(new byte[1000]);
    }
    assertThat(drained.isComplete()).isFalse();
    socket.shutdownOutput();
    assertThat(socket.getInputStream().readAllBytes()).isEqualTo("101000".getBytes(US_ASCII));
    assertThat(ProxyHarness.await(drained)).isZero();
  }

  private long counter(Instance instance, String counter) {
    return proxy
        .get(() -> proxy.backend.counters(instance.worker().id()))
        .getOrDefault(counter, -1L);
  }

  @Test
  void slowResponseIsNotTreatedAsIdle() throws IOException {
    proxy.with(Relay.IDLE.plusSeconds(2));
    Instance old =
        proxy.start(
            0,
            socket -> {
              if (!Server.head(socket.getInputStream()).isEmpty()) {
                socket
                    .getOutputStream()
                    .write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nha".getBytes(US_ASCII));
                assertThat(socket.getInputStream().read()).isEqualTo('!');
                socket.getOutputStream().write("lf".getBytes(US_ASCII));
              }
            });
    Socket socket = proxy.connect();
    socket.getOutputStream().write(GET);
    Server.head(socket.getInputStream());
    assertThat(socket.getInputStream().readNBytes(2)).isEqualTo("ha".getBytes(US_ASCII));
    assertThat(ProxyHarness.await(proxy.drain(old))).isEqualTo(1);
    socket.getOutputStream().write('!');
    assertThat(socket.getInputStream().readAllBytes()).isEqualTo("lf".getBytes(US_ASCII));
  }

  @Test
  void busyClientsLoseNoRequestWhileInstancesAreReplaced() throws Exception {
    int instances = 2;
    List<Instance> now = new ArrayList<>();
    for (int id = 0; id < instances; id++) {
      now.add(proxy.start(id, Server.http("round 0 of " + id)));
    }
    AtomicBoolean over = new AtomicBoolean();
    List<Throwable> failures = new CopyOnWriteArrayList<>();
    Set<String> answers = ConcurrentHashMap.newKeySet();
    List<Thread> clients = new ArrayList<>();
    try (HttpClient http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      HttpRequest request =
          HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + proxy.port + "/")).build();
      for (int i = 0; i < 8; i++) {
        clients.add(
            Thread.ofVirtual()
                .start(() -> {
                  while (!over.get()) {
                    try {
                      answers.add(http.send(request, BodyHandlers.ofString()).body());
                    } catch (IOException | InterruptedException error) {
                      failures.add(error);
                    }
                  }
                }));
      }
      for (int round = 1; round <= 10; round++) {
        for (int id = 0; id < instances; id++) {
          Instance next = proxy.start(id, Server.http("round " + round + " of " + id));
          Instance old = now.set(id, next);
          assertThat(ProxyHarness.await(proxy.drain(old))).isZero();
          proxy.end(old);
        }
        List<String> latest = List.of("round " + round + " of 0", "round " + round + " of 1");
        Eventually.await(
            latest + " answer", ProxyHarness.TIMEOUT, () -> answers.containsAll(latest));
      }
      over.set(true);
      for (Thread client : clients) {
        client.join();
      }
    }
    assertThat(failures).isEmpty();
  }
}
