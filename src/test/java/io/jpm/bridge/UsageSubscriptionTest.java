package io.jpm.bridge;

import static io.jpm.bridge.BridgeHarness.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.satan.UsageLease;
import io.jpm.os.linux.LinuxProcessHost;
import io.jpm.satan.SatanVerticle;
import io.jpm.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests resource usage for peers of the bridge, and that nothing is measured without a subscriber.
@Timeout(120)
class UsageSubscriptionTest {
  @TempDir Path home;

  private final List<Boolean> demands = new CopyOnWriteArrayList<>();

  /// Starts a bridge and, in place of Satan, a consumer that records whether usage is requested.
  private BridgeHarness bridge(BridgeHarness.Settings settings) {
    BridgeHarness bridge = settings.start();
    BridgeHarness.await(
        bridge
            .vertx
            .eventBus()
            .<UsageLease>consumer(
                Addresses.USAGE_LEASES, message -> demands.add(message.body().subscribed()))
            .completion());
    return bridge;
  }

  private BridgeHarness bridge() {
    return bridge(BridgeHarness.settings(home));
  }

  private static void subscribe(Peer peer) throws IOException {
    peer.write(Peer.register(Addresses.USAGE));
    settle(peer);
  }

  private static void unsubscribe(Peer peer) throws IOException {
    peer.write(new JsonObject().put("type", "unregister").put("address", Addresses.USAGE));
    settle(peer);
  }

  /// Waits until the bridge has processed everything that the peer has sent.
  private static void settle(Peer peer) throws IOException {
    peer.write(new JsonObject().put("type", "ping"));
    assertThat(peer.read().getString("type")).isEqualTo("pong");
  }

  private void awaitDemands(Boolean... expected) {
    Eventually.await(
        "demands: " + List.of(expected),
        TIMEOUT,
        () -> demands.equals(List.of(expected)),
        demands::toString);
  }

  @Test
  void subscriberReceivesUsageOfTheRealMachine() throws Exception {
    try (var host = new LinuxProcessHost();
        var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      bridge
          .vertx
          .eventBus()
          .<GodCommand>consumer(
              Addresses.GOD_COMMAND, message -> message.reply(new GodReply(List.of(), List.of())));
      BridgeHarness.await(
          bridge.vertx.deployVerticle(
              new SatanVerticle(host, home, InstantSource.system(), System::nanoTime)));
      subscribe(peer);
      for (int i = 0; i < 2; i++) {
        JsonObject frame = peer.read();
        assertThat(frame.getString("address")).isEqualTo(Addresses.USAGE);
        JsonObject body = frame.getJsonObject("body");
        assertThat(body.getInteger("v")).isEqualTo(1);
        assertThat(body.getJsonArray("instances")).isEmpty();
        assertThat(body.getJsonObject("system").getLong("memory")).isPositive();
      }
    }
  }

  @Test
  void measuringEndsWithTheLastSubscriberAndRestartsWithTheNext() throws IOException {
    try (var bridge = bridge();
        var one = bridge.authenticated();
        var other = Peer.unix(bridge.settings.socket())) {
      settle(one);
      assertThat(demands).isEmpty();
      subscribe(one);
      subscribe(other);
      awaitDemands(true);
      bridge.vertx.eventBus().publish(Addresses.USAGE, new JsonObject().put("v", 1));
      assertThat(one.read().getJsonObject("body").getInteger("v")).isEqualTo(1);
      assertThat(other.read().getJsonObject("body").getInteger("v")).isEqualTo(1);
      unsubscribe(other);
      unsubscribe(one);
      awaitDemands(true, false);
      subscribe(other);
      awaitDemands(true, false, true);
    }
  }

  @Test
  void subscriptionOfALostPeerEnds() throws IOException {
    try (var bridge = bridge();
        var peer = bridge.authenticated()) {
      subscribe(peer);
      awaitDemands(true);
      peer.reset();
      awaitDemands(true, false);
    }
  }

  @Test
  void peerThatDoesNotReadIsCutOffAndItsSubscriptionEnds() throws IOException {
    var settings = BridgeHarness.settings(home).slowPeerTimeout(Duration.ofSeconds(1));
    try (var bridge = bridge(settings);
        var slow = Peer.withSmallReceiveBuffer(bridge.port(), BridgeHarness.TOKEN)) {
      subscribe(slow);
      awaitDemands(true);
      var figures = new JsonObject().put("v", 1).put("padding", "x".repeat(64 << 10));
      Eventually.await(
          "the peer is cut off",
          TIMEOUT,
          () -> {
            bridge.vertx.eventBus().publish(Addresses.USAGE, figures);
            return !bridge.log.all().isEmpty();
          });
      assertThat(bridge.log.all()).first().asString().contains("cut off: too slow");
      awaitDemands(true, false);
      try (var next = bridge.authenticated()) {
        subscribe(next);
        awaitDemands(true, false, true);
      }
    }
  }

  @Test
  void bridgeThatStopsEndsItsDemand() throws IOException {
    try (var bridge = BridgeHarness.settings(home).notStarted()) {
      bridge
          .vertx
          .eventBus()
          .<UsageLease>consumer(
              Addresses.USAGE_LEASES, message -> demands.add(message.body().subscribed()));
      String deployment = bridge.deploy();
      try (var peer = bridge.authenticated()) {
        subscribe(peer);
        awaitDemands(true);
        BridgeHarness.await(bridge.vertx.undeploy(deployment));
        awaitDemands(true, false);
      }
    }
  }
}
