package io.jpm.bridge;

import static io.jpm.bridge.BridgeHarness.TIMEOUT;
import static io.jpm.bridge.BridgeHarness.TOKEN;
import static io.jpm.bridge.BridgeHarness.WRONG_TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.access.RefusalLog;
import io.jpm.model.access.Role;
import io.jpm.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class ConnectionGuardTest {
  private static final byte[] REQUEST = Peer.frame(Peer.publish("in.count", "a stranger was here"));

  @TempDir Path home;

  static Stream<Arguments> unwelcome() {
    return Stream.of(
        Arguments.of("wrong token", Peer.credential(WRONG_TOKEN), "wrong token"),
        Arguments.of("short token", Peer.credential(TOKEN.substring(1)), "wrong token"),
        Arguments.of("empty token", Peer.credential(""), "wrong token"),
        Arguments.of(
            "2 GiB", Peer.length(Integer.MAX_VALUE), "declared length is 2147483647 bytes"),
        Arguments.of("negative", Peer.length(-1), "declared length is -1 bytes"),
        Arguments.of("zero", Peer.length(0), "declared length is 0 bytes"),
        Arguments.of("over the limit", Peer.length(1025), "declared length is 1025 bytes"),
        Arguments.of("a plain request", REQUEST, "not {\"type\":\"auth\""),
        Arguments.of("not JSON", Peer.frame(ascii("hello world")), "not a JSON object"),
        Arguments.of("an array", Peer.frame(ascii("[1,2]")), "not a JSON object"),
        Arguments.of("a number", Peer.frame(ascii("7")), "not a JSON object"),
        Arguments.of("deep", Peer.frame(ascii("{\"a\":".repeat(200))), "not a JSON object"),
        Arguments.of("no token", Peer.frame(ascii("{\"type\":\"auth\"}")), "not {\"type\""),
        Arguments.of(
            "token of another type",
            Peer.frame(ascii("{\"type\":\"auth\",\"token\":{}}")),
            "not {\"type\""),
        Arguments.of(
            "garbage", ascii("\u0001\u0002\u0003\u0004garbage"), "declared length is 16909060"),
        Arguments.of(
            "HTTP", ascii("GET / HTTP/1.1\r\nHost: x\r\n\r\n"), "declared length is 1195725856"));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("unwelcome")
  void invalidCredentialIsLoggedOnceAndNeverReachesTheBus(String name, byte[] sent, String reason)
      throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = Peer.tcp(bridge.port())) {
      var seen = counter(bridge);
      peer.write(Peer.concat(sent, REQUEST));
      assertThat(peer.readToTheEnd()).isZero();
      assertThat(bridge.log.all())
          .singleElement()
          .asString()
          .startsWith("WARNING 127.0.0.1:")
          .contains("refused: ")
          .contains(reason)
          .doesNotContain(TOKEN)
          .doesNotContain(WRONG_TOKEN);
      assertOnlyOwnMessage(bridge, seen);
    }
  }

  @Test
  void peerThatSendsNothingIsClosed() throws IOException {
    try (var bridge = withShortTimeout();
        var peer = Peer.tcp(bridge.port())) {
      assertThat(peer.readToTheEnd()).isZero();
      assertThat(bridge.log.all()).singleElement().asString().contains("no token within 200 ms");
    }
  }

  @Test
  void peerWithAnIncompleteCredentialIsClosed() throws IOException {
    byte[] credential = Peer.credential(TOKEN);
    try (var bridge = withShortTimeout();
        var peer = Peer.tcp(bridge.port())) {
      peer.write(Arrays.copyOf(credential, credential.length - 1));
      assertThat(peer.readToTheEnd()).isZero();
      assertThat(bridge.log.all()).singleElement().asString().contains("no token within 200 ms");
    }
  }

  @Test
  void anAuthenticatedPeerMayBeSilent() throws IOException {
    try (var bridge = withShortTimeout();
        var peer = bridge.authenticated();
        var silent = Peer.tcp(bridge.port())) {
      silent.readToTheEnd();
      peer.write(new JsonObject().put("type", "ping"));
      assertThat(peer.read().getString("type")).isEqualTo("pong");
    }
  }

  @Test
  void onlyAPeerThatLeavesAfterSomeBytesIsLogged() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      Peer.tcp(bridge.port()).close();
      try (var peer = Peer.tcp(bridge.port())) {
        peer.write(new byte[] {0, 0});
      }
      Eventually.await("a log line", TIMEOUT, () -> !bridge.log.all().isEmpty());
      assertThat(bridge.log.all()).singleElement().asString().contains("in the middle");
    }
  }

  @Test
  void floodOfGarbageIsNotRead() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = Peer.tcp(bridge.port())) {
      long accepted = 0;
      try {
        byte[] garbage = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
        for (; accepted < 64; accepted++) {
          peer.write(garbage);
        }
      } catch (SocketException _) {
        // The bridge has closed the connection.
      }
      // The kernel's buffers on both sides accept some data before the close.
      assertThat(accepted).as("MiB sent").isLessThan(32);
      assertThat(bridge.log.all()).hasSize(1);
    }
  }

  @ParameterizedTest
  @MethodSource("lengthsThatMayNotPass")
  void invalidLengthAfterTheTokenEndsTheConnection(int length) throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      peer.write(Peer.length(length));
      JsonObject farewell = peer.read();
      assertThat(farewell.getString("type")).isEqualTo("err");
      assertThat(farewell.getString("message")).contains(length + " bytes");
      assertThat(peer.readToTheEnd()).isZero();
      assertThat(bridge.log.all())
          .singleElement()
          .asString()
          .contains(
              "cut off: it sent a frame of "
                  + length
                  + " bytes, but only 1 to 8388608 are allowed");
    }
  }

  static Stream<Integer> lengthsThatMayNotPass() {
    return Stream.of(Integer.MAX_VALUE, (8 << 20) + 1, 0, -1, Integer.MIN_VALUE);
  }

  @Test
  void manyWrongTokensAreSummarizedInTheLog() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      long begin = System.nanoTime();
      for (int i = 0; i < 500; i++) {
        try (var peer = Peer.tcp(bridge.port(), WRONG_TOKEN)) {
          assertThat(peer.readToTheEnd()).isZero();
        }
      }
      Eventually.await(
          "the summary in the log",
          TIMEOUT,
          () ->
              bridge
                  .log
                  .all()
                  .getLast()
                  .contains(
                      "more warnings about peers were not logged: the limit is 10 per second"));
      long seconds = Duration.ofNanos(System.nanoTime() - begin).toSeconds() + 1;
      assertThat(bridge.log.all().size())
          .isLessThanOrEqualTo((int) seconds * (RefusalLog.LINES_PER_SECOND + 1));
      assertThat(countRefusals(bridge.log.all())).isEqualTo(500);
      assertThat(bridge.log.all()).noneMatch(line -> line.contains(WRONG_TOKEN));
      try (var peer = bridge.authenticated()) {
        peer.write(new JsonObject().put("type", "ping"));
        assertThat(peer.read().getString("type")).isEqualTo("pong");
      }
    }
  }

  @Test
  void connectionsBeyondTheLimitAreRefused() throws IOException {
    try (var bridge = BridgeHarness.settings(home).maxConnections(2).start();
        var first = bridge.authenticated();
        var second = bridge.authenticated()) {
      pingPong(first);
      pingPong(second);
      try (var third = bridge.authenticated()) {
        assertThat(third.readToTheEnd()).isZero();
      }
      assertThat(bridge.log.all()).singleElement().asString().contains("already 2 connections");
      first.disconnect();
      Eventually.await("a connection is free", TIMEOUT, () -> isServed(bridge));
    }
  }

  @Test
  void silentPeersDoNotBlockOthers() throws IOException {
    List<Peer> silent = new ArrayList<>();
    try (var bridge = BridgeHarness.settings(home).maxUnauthenticated(4).start();
        var inside = bridge.authenticated()) {
      pingPong(inside);
      for (int i = 0; i < 6; i++) {
        silent.add(Peer.tcp(bridge.port()));
      }
      assertThat(silent.get(0).readToTheEnd()).as("the oldest connection is closed first").isZero();
      assertThat(silent.get(1).readToTheEnd()).isZero();
      assertThat(bridge.log.all())
          .hasSize(2)
          .allMatch(line ->
              line.contains(
                  "closed in favor of a newer connection: already 4 unauthenticated peers"));
      silent.get(2).write(Peer.credential(TOKEN));
      pingPong(silent.get(2));
      assertThat(isServed(bridge)).isTrue();
      pingPong(inside);
    } finally {
      for (Peer peer : silent) {
        peer.close();
      }
    }
  }

  @Test
  void connectionsOfTheOwnerAreNotEvicted() throws IOException {
    List<Peer> silent = new ArrayList<>();
    try (var bridge = BridgeHarness.settings(home).maxUnauthenticated(4).start();
        var owners = Peer.tcp(bridge.port())) {
      bridge.owners = _ -> Set.of(owners.localPort());
      for (int i = 0; i < 40; i++) {
        silent.add(Peer.tcp(bridge.port()));
        if (i >= 4) {
          assertThat(silent.get(i - 4).readToTheEnd())
              .as("an older connection is evicted")
              .isZero();
        }
      }
      owners.write(Peer.credential(TOKEN));
      pingPong(owners);
    } finally {
      for (Peer peer : silent) {
        peer.close();
      }
    }
  }

  @Test
  void tokenHasAQuarterOfTheConnectionsAndTheOwnerAReserve() throws IOException {
    List<Peer> peers = new ArrayList<>();
    try (var bridge = BridgeHarness.settings(home).maxConnections(16).start()) {
      for (String name : List.of("one", "two", "three")) {
        String secret = bridge.token(name, Role.READ);
        for (int i = 0; i < 4; i++) {
          peers.add(Peer.tcp(bridge.port(), secret));
          pingPong(peers.getLast());
        }
        assertRefused(bridge, secret, "already 4 connections with the token " + name);
      }
      String secret = bridge.token("four", Role.READ);
      for (int i = 0; i < 3; i++) {
        peers.add(Peer.tcp(bridge.port(), secret));
        pingPong(peers.getLast());
      }
      assertRefused(bridge, secret, "already 15 connections with issued tokens");
      peers.add(bridge.authenticated());
      pingPong(peers.getLast());
      assertRefused(bridge, TOKEN, "already 16 connections");
    } finally {
      for (Peer peer : peers) {
        peer.close();
      }
    }
  }

  private static void assertRefused(BridgeHarness bridge, String secret, String why)
      throws IOException {
    try (var peer = Peer.tcp(bridge.port(), secret)) {
      assertThat(peer.readToTheEnd()).isZero();
    }
    assertThat(bridge.log.all().getLast()).endsWith("refused: " + why);
  }

  private BridgeHarness withShortTimeout() {
    return BridgeHarness.settings(home).authTimeout(Duration.ofMillis(200)).start();
  }

  private static void pingPong(Peer peer) throws IOException {
    peer.write(new JsonObject().put("type", "ping"));
    assertThat(peer.read().getString("type")).isEqualTo("pong");
  }

  private static boolean isServed(BridgeHarness bridge) {
    try (var peer = bridge.authenticated()) {
      pingPong(peer);
      return true;
    } catch (IOException refused) {
      return false;
    }
  }

  private static AtomicInteger counter(BridgeHarness bridge) {
    var seen = new AtomicInteger();
    BridgeHarness.await(
        bridge.vertx.eventBus().consumer("in.count", _ -> seen.incrementAndGet()).completion());
    return seen;
  }

  /// Our own message arrives after everything else that might be in transit.
  private static void assertOnlyOwnMessage(BridgeHarness bridge, AtomicInteger seen)
      throws IOException {
    try (var peer = bridge.authenticated()) {
      peer.write(Peer.publish("in.count", "ours"));
      Eventually.await("our own message", TIMEOUT, () -> seen.get() > 0);
    }
    assertThat(seen).hasValue(1);
  }

  private static int countRefusals(List<String> lines) {
    int sum = 0;
    for (String line : lines) {
      sum +=
          line.contains("more warnings about peers")
              ? Integer.parseInt(line.replaceAll(".*?([0-9]+) more .*", "$1"))
              : 1;
    }
    return sum;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }
}
