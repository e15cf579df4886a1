package io.jpm.bridge;

import static io.jpm.bridge.BridgeHarness.TIMEOUT;
import static io.jpm.bridge.BridgeHarness.TOKEN;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.access.Principal;
import io.jpm.testing.Eventually;
import io.jpm.wire.RequestCaller;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

@Timeout(60)
class BridgeTrafficTest {
  @TempDir Path home;

  @Test
  void answersARequestSentInOneWriteWithTheToken() throws IOException {
    try (var bridge = echoing();
        var peer = Peer.tcp(bridge.port())) {
      peer.write(Peer.concat(Peer.credential(TOKEN), Peer.frame(echo("hello"))));
      assertEcho(peer.read(), "hello");
    }
  }

  @Test
  void answersARequestSentByteByByte() throws IOException {
    try (var bridge = echoing();
        var peer = Peer.tcp(bridge.port())) {
      for (byte one : Peer.concat(Peer.credential(TOKEN), Peer.frame(echo("slowly")))) {
        peer.write(new byte[] {one});
      }
      assertEcho(peer.read(), "slowly");
    }
  }

  @Test
  void largeMessageSentWithTheTokenIsEchoed() throws IOException {
    String large = "é".repeat(3 << 20);
    try (var bridge = echoing();
        var peer = Peer.tcp(bridge.port())) {
      peer.write(Peer.concat(Peer.credential(TOKEN), Peer.frame(echo(large))));
      assertEcho(peer.read(), large);
      peer.write(echo("and on"));
      assertEcho(peer.read(), "and on");
    }
  }

  @Test
  void manyPipelinedRequestsAreAllAnsweredInOrder() throws Exception {
    try (var bridge = echoing();
        var peer = bridge.authenticated()) {
      var writer =
          Thread.ofVirtual()
              .start(() -> {
                try {
                  for (int i = 0; i < 20_000; i++) {
                    peer.write(echo("request " + i));
                  }
                } catch (IOException failure) {
                  throw new AssertionError(failure);
                }
              });
      for (int i = 0; i < 20_000; i++) {
        assertEcho(peer.read(), "request " + i);
      }
      assertThat(writer.join(TIMEOUT)).isTrue();
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  void streamContinuesFromReplyToReply() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      var ended = new AtomicReference<String>();
      bridge.vertx.eventBus().<JsonObject>consumer("in.stream", first -> chunk(first, 1, ended));
      peer.write(Peer.send("in.stream", "mine", new JsonObject()));
      for (int i = 1; i <= 5; i++) {
        JsonObject chunk = peer.read();
        assertThat(chunk.getString("address")).isEqualTo("mine");
        assertThat(chunk.getJsonObject("body").getInteger("chunk")).isEqualTo(i);
        peer.write(Peer.send(chunk.getString("replyAddress"), "mine", new JsonObject()));
      }
      JsonObject last = peer.read();
      assertThat(last.getJsonObject("body").getInteger("code")).isZero();
      Eventually.await("the end of the stream", TIMEOUT, () -> "done".equals(ended.get()));
    }
  }

  @Test
  void subscribersReceiveMessagesOfAllowedAddresses() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      peer.write(Peer.register("out.events"));
      peer.write(Peer.register("out.events.web"));
      awaitPong(peer);
      bridge.vertx.eventBus().publish("out.events", new JsonObject().put("n", 1));
      assertThat(peer.read().getJsonObject("body").getInteger("n")).isEqualTo(1);
      bridge.vertx.eventBus().publish("out.events.web", new JsonObject().put("n", 2));
      assertThat(peer.read().getJsonObject("body").getInteger("n")).isEqualTo(2);
    }
  }

  @Test
  void peerThatSubscribesTwiceReceivesEachMessageOnce() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      var peer = bridge.authenticated();
      peer.write(Peer.register("out.events"));
      peer.write(Peer.register("out.events"));
      awaitPong(peer);
      bridge.vertx.eventBus().publish("out.events", new JsonObject().put("n", 1));
      assertThat(peer.read().getJsonObject("body").getInteger("n")).isEqualTo(1);
      awaitPong(peer);
      peer.write(Peer.unregister("out.events"));
      awaitPong(peer);
      bridge.vertx.eventBus().publish("out.events", new JsonObject().put("n", 2));
      awaitPong(peer);
      peer.write(Peer.register("out.events"));
      awaitPong(peer);
      bridge.vertx.eventBus().publish("out.events", new JsonObject().put("n", 3));
      assertThat(peer.read().getJsonObject("body").getInteger("n")).isEqualTo(3);
      peer.reset();
      Eventually.await("no subscriber is left", TIMEOUT, () -> hasNoSubscribers(bridge));
    }
  }

  @Test
  void otherAddressesAreDenied() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      for (JsonObject frame :
          List.of(
              Peer.register("out.events.web.secret"),
              Peer.register("xout.events.web"),
              Peer.register("in.echo"),
              Peer.publish("out.events", "forged"),
              Peer.send("in.echoes", "mine", "x"),
              Peer.publish("jpm.god.spawn", "x"))) {
        peer.write(frame);
        assertThat(peer.read().getString("message")).as(frame.encode()).isEqualTo("access_denied");
      }
    }
  }

  @Test
  void messageSentBeforeAPeerDisconnectsArrives() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      var body = new AtomicReference<Object>();
      BridgeHarness.await(
          bridge.vertx.eventBus().consumer("in.count", m -> body.set(m.body())).completion());
      try (var peer = Peer.tcp(bridge.port())) {
        peer.write(
            Peer.concat(
                Peer.credential(TOKEN), Peer.frame(Peer.publish("in.count", "last words"))));
      }
      Eventually.await("the message", TIMEOUT, () -> "last words".equals(body.get()));
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("framesTheStockBridgeThrowsAt")
  void aMalformedFrameEndsItsOwnConnectionOnly(JsonObject frame) throws IOException {
    try (var bridge = echoing();
        var neighbour = bridge.authenticated();
        var first = bridge.authenticated();
        var second = Peer.tcp(bridge.port())) {
      awaitPong(first);
      first.write(frame);
      assertThat(first.read().getString("message")).startsWith("it sent a frame that has ");
      first.readToTheEnd();
      second.write(Peer.concat(Peer.credential(TOKEN), Peer.frame(frame)));
      second.readToTheEnd();
      neighbour.write(echo("still here"));
      assertEcho(neighbour.read(), "still here");
      assertThat(bridge.log.all())
          .hasSize(2)
          .allMatch(line -> line.contains("cut off: it sent a frame that has "));
    }
  }

  static Stream<JsonObject> framesTheStockBridgeThrowsAt() {
    return Stream.of(
        new JsonObject().put("type", "dance").put("address", "in.echo"),
        echo("x").put("headers", "none"));
  }

  @Test
  void aHalfCloseEndsTheConnection() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      awaitPong(peer);
      peer.shutdownOutput();
      assertThat(peer.readToTheEnd()).isZero();
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  void subscriptionsOfALostPeerEnd() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      var peer = bridge.authenticated();
      peer.write(Peer.register("out.events"));
      awaitPong(peer);
      peer.reset();
      Eventually.await("no subscriber is left", TIMEOUT, () -> hasNoSubscribers(bridge));
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  void theUnixSocketNeedsNoToken() throws IOException {
    try (var bridge = echoing();
        var peer = Peer.unix(bridge.settings.socket())) {
      peer.write(echo("owner"));
      assertEcho(peer.read(), "owner");
      peer.write(Peer.publish("out.events", "forged"));
      assertThat(peer.read().getString("message")).isEqualTo("access_denied");
    }
  }

  @Test
  void callerHeaderIsSetByTheBridgeAndNotByThePeer() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var unix = Peer.unix(bridge.settings.socket());
        var tcp = bridge.authenticated()) {
      BridgeHarness.await(
          bridge.vertx.eventBus().consumer("in.echo", m -> m.reply(headersOf(m))).completion());
      for (String name : List.of(RequestCaller.HEADER, "JPM-Caller", "jpm-CALLER")) {
        var forged = new JsonObject().put(name, "{\"role\":\"read\"}").put("own", "kept");
        unix.write(echo("x").put("headers", forged));
        assertCaller(unix.read(), "unix", forged);
        tcp.write(echo("x").put("headers", forged));
        assertCaller(tcp.read(), "127.0.0.1", forged);
      }
      tcp.write(echo("without any"));
      assertCaller(tcp.read(), "127.0.0.1", new JsonObject());
    }
  }

  /// Returns the joined values of all headers by their names in lower case.
  private static JsonObject headersOf(Message<?> message) {
    var all = new JsonObject();
    message
        .headers()
        .forEach((name, value) -> {
          String key = name.toLowerCase(Locale.ROOT);
          all.put(key, all.getString(key, "") + value);
        });
    return all;
  }

  private static void assertCaller(JsonObject answer, String from, JsonObject sent) {
    JsonObject headers = answer.getJsonObject("body");
    RequestCaller requestCaller =
        RequestCaller.fromHeader(headers.getString(RequestCaller.HEADER)).orElseThrow();
    assertThat(requestCaller.who()).isEqualTo(Principal.OWNER);
    assertThat(requestCaller.from()).startsWith(from);
    assertThat(headers.getString("own")).isEqualTo(sent.getString("own"));
  }

  private BridgeHarness echoing() {
    var bridge = BridgeHarness.start(home);
    BridgeHarness.await(
        bridge.vertx.eventBus().consumer("in.echo", m -> m.reply(m.body())).completion());
    return bridge;
  }

  private static void chunk(Message<JsonObject> asked, int number, AtomicReference<String> ended) {
    if (number > 5) {
      asked.reply(new JsonObject().put("code", 0));
      ended.set("done");
      return;
    }
    asked
        .<JsonObject>replyAndRequest(new JsonObject().put("chunk", number))
        .onSuccess(next -> chunk(next, number + 1, ended))
        .onFailure(failure -> ended.set(failure.toString()));
  }

  private static JsonObject echo(String body) {
    return Peer.send("in.echo", "mine", body);
  }

  private static void assertEcho(JsonObject answer, String body) {
    assertThat(answer.getString("address")).isEqualTo("mine");
    assertThat(answer.getString("body")).isEqualTo(body);
  }

  private static boolean hasNoSubscribers(BridgeHarness bridge) {
    var asked =
        bridge
            .vertx
            .eventBus()
            .request("out.events", "anyone?", new DeliveryOptions().setSendTimeout(50));
    return BridgeHarness.await(asked.map("").otherwise(Throwable::toString))
        .contains("No handlers");
  }

  private static void awaitPong(Peer peer) throws IOException {
    peer.write(new JsonObject().put("type", "ping"));
    assertThat(peer.read().getString("type")).isEqualTo("pong");
  }
}
