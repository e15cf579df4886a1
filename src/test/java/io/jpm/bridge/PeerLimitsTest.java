package io.jpm.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.RequestBuckets;
import io.jpm.bus.daemon.BridgeCommand;
import io.jpm.bus.daemon.BridgeReply;
import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.jpm.testing.Eventually;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests the limits of requests and subscriptions of a client.
@Timeout(60)
class PeerLimitsTest {
  @TempDir Path home;

  @Test
  void tokenHasTheRequestsOfOneSecondAtOnceAndIsRefilledOverTime() {
    var clock = new AtomicLong(Long.MAX_VALUE - 10); // nanoTime may overflow
    var buckets = new RequestBuckets(4, clock::get);
    var ci = new Principal("ci", Role.READ, Set.of());
    for (int i = 0; i < 4; i++) {
      assertThat(buckets.tryAcquire(ci)).isTrue();
    }
    assertThat(buckets.tryAcquire(ci)).isFalse();
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(249));
    assertThat(buckets.tryAcquire(ci)).isFalse();
    clock.addAndGet(TimeUnit.MILLISECONDS.toNanos(1));
    assertThat(buckets.tryAcquire(ci)).isTrue();
    assertThat(buckets.tryAcquire(ci)).isFalse();
    clock.addAndGet(TimeUnit.HOURS.toNanos(5));
    int taken = 0;
    while (buckets.tryAcquire(ci)) {
      taken++;
    }
    assertThat(taken).isEqualTo(4);
    assertThat(buckets.tryAcquire(new Principal("other", Role.READ, Set.of()))).isTrue();
    assertThat(buckets.tryAcquire(ci)).as("another token does not refill its bucket").isFalse();
    for (int i = 0; i < 100; i++) {
      assertThat(buckets.tryAcquire(Principal.OWNER)).isTrue();
    }
  }

  private static AtomicInteger countServed(BridgeHarness bridge) {
    var served = new AtomicInteger();
    BridgeHarness.await(
        bridge
            .vertx
            .eventBus()
            .consumer(
                Addresses.COMMAND,
                message -> {
                  served.incrementAndGet();
                  message.reply(new JsonObject().put("ok", true));
                })
            .completion());
    return served;
  }

  private static List<String> codes(Peer peer, int requests) throws IOException {
    byte[][] frames = new byte[requests][];
    for (int i = 0; i < requests; i++) {
      frames[i] = Peer.frame(Peer.send(Addresses.COMMAND, "r" + i, new JsonObject()));
    }
    peer.write(Peer.concat(frames));
    List<String> codes = new ArrayList<>();
    for (int i = 0; i < requests; i++) {
      JsonObject reply = peer.read();
      assertThat(reply.getString("type")).isEqualTo("message");
      codes.add(reply.getJsonObject("body").getString("code", "ok"));
    }
    return codes;
  }

  @Test
  void requestsBeyondTheRateAreAnsweredBusyAndNotExecuted() throws IOException {
    try (var bridge = BridgeHarness.settings(home).limits(10, 1).start()) {
      AtomicInteger served = countServed(bridge);
      String secret = bridge.token("ci", Role.READ);
      try (var one = Peer.tcp(bridge.port(), secret);
          var two = Peer.tcp(bridge.port(), secret);
          var owner = bridge.authenticated()) {
        List<String> codes = codes(one, 300);
        assertThat(codes).contains("ok", "busy");
        // The bucket belongs to the token, not to the connection: a new connection has no new one.
        codes.addAll(codes(two, 300));
        try (var three = Peer.tcp(bridge.port(), secret)) {
          codes.addAll(codes(three, 300));
        }
        int ok = Collections.frequency(codes, "ok");
        assertThat(served).hasValue(ok);
        assertThat(ok).isLessThan(300);
        assertThat(codes(owner, 300)).containsOnly("ok");
      }
    }
  }

  @Test
  void messageThatIsNotARequestReceivesAnError() throws IOException {
    try (var bridge = BridgeHarness.settings(home).limits(10, 1).start()) {
      countServed(bridge);
      try (var peer = Peer.tcp(bridge.port(), bridge.token("ci", Role.READ))) {
        byte[][] frames = new byte[50][];
        java.util.Arrays.fill(frames, Peer.frame(Peer.publish(Addresses.COMMAND, 1)));
        peer.write(Peer.concat(frames));
        assertThat(peer.read().getString("message")).isEqualTo("busy");
      }
    }
  }

  @Test
  void subscriptionsOfAConnectionAreLimited() throws IOException {
    try (var bridge = BridgeHarness.settings(home).limits(3, 100).start();
        var peer = bridge.authenticated()) {
      peer.write(Peer.register(Addresses.linesOf("web")));
      peer.write(Peer.register(Addresses.linesOf("api")));
      peer.write(Peer.register(Addresses.eventsOf("web")));
      peer.write(Peer.register(Addresses.eventsOf("web"))); // already subscribed
      peer.write(Peer.register(Addresses.linesOf("web")));
      pingPong(peer);
      for (String address : List.of(Addresses.eventsOf("api"), Addresses.linesOf("db"))) {
        peer.write(Peer.register(address));
        JsonObject refusal = peer.read();
        assertThat(refusal.getString("type")).isEqualTo("err");
        assertThat(refusal.getString("message")).isEqualTo("too_many_subscriptions");
        assertThat(refusal.getString("problem")).contains("bridge.max_subscriptions");
      }
      peer.write(Peer.unregister(Addresses.linesOf("api")));
      peer.write(Peer.register(Addresses.eventsOf("api")));
      pingPong(peer);
    }
  }

  @Test
  void connectionsAreCountedByListener() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var one = bridge.authenticated();
        var unproven = Peer.tcp(bridge.port());
        var unix = Peer.unix(bridge.settings.socket())) {
      pingPong(one);
      pingPong(unix);
      Eventually.await(
          "the connection without a token is counted",
          BridgeHarness.TIMEOUT,
          () -> count(bridge).tcp() == 2);
      assertThat(count(bridge)).isEqualTo(new BridgeReply(1, 2));
      unix.disconnect();
      unproven.disconnect();
      Eventually.await(
          "both connections are closed",
          BridgeHarness.TIMEOUT,
          () -> count(bridge).equals(new BridgeReply(0, 1)));
    }
  }

  private static BridgeReply count(BridgeHarness bridge) {
    return BridgeHarness.await(
            bridge
                .vertx
                .eventBus()
                .<BridgeReply>request(Addresses.BRIDGE_COMMAND, new BridgeCommand.GetStatus()))
        .body();
  }

  private static void pingPong(Peer peer) throws IOException {
    peer.write(new JsonObject().put("type", "ping"));
    assertThat(peer.read().getString("type")).isEqualTo("pong");
  }
}
