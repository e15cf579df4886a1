package io.jpm.bridge;

import static io.jpm.bridge.BridgeHarness.LIMIT;
import static io.jpm.bridge.ResumingTest.after;
import static io.jpm.bridge.ResumingTest.awaitPong;
import static io.jpm.bridge.ResumingTest.bodyIn;
import static io.jpm.bridge.ResumingTest.numberIn;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.testing.Eventually;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.vertx.core.impl.buffer.VertxByteBufAllocator;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests events for peers that do not keep up.
@Timeout(120)
class LaggingFollowerTest {
  private static final String ALL = Addresses.EVENTS;
  private static final int MANY = 30_000;

  @TempDir Path home;

  @Test
  void whoDoesNotReadForAWhileMissesNothing() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var unix = Peer.unix(bridge.settings.socket());
        var tcp = Peer.narrow(bridge.port(), BridgeHarness.TOKEN)) {
      Past past = Past.in(bridge, home);
      for (Peer peer : List.of(unix, tcp)) {
        peer.write(Peer.register(ALL));
        awaitPong(peer);
      }
      past.has("web", MANY);
      for (Peer peer : List.of(unix, tcp)) {
        readsAll(peer, 1, MANY);
      }
      past.has("web", 1);
      for (Peer peer : List.of(unix, tcp)) {
        readsAll(peer, MANY + 1, MANY + 1);
      }
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  void whatIsForgottenWhileAPeerDoesNotReadIsToldWhereItIsMissing() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = Peer.unix(bridge.settings.socket())) {
      Past past = Past.in(bridge, home, 400_000);
      peer.write(Peer.register(ALL));
      awaitPong(peer);
      past.has("web", MANY);
      long last = 0;
      long forgotten = 0;
      while (last < MANY) {
        JsonObject body = bodyIn(peer.read());
        if (body.getString("event").equals("gap")) {
          assertThat(body.getLong("after")).isEqualTo(last);
          forgotten += body.getLong("forgotten");
          last += body.getLong("forgotten");
        } else {
          assertThat(body.getLong("seq")).isEqualTo(++last);
        }
      }
      assertThat(forgotten).isBetween(1000L, MANY - 1000L);
      awaitPong(peer);
    }
  }

  @Test
  @Tag("slow")
  void aPeerThatNeverReadsItsReplayCostsBoundedMemory() throws IOException {
    List<Peer> peers = new ArrayList<>();
    try (var bridge = BridgeHarness.start(home)) {
      Past past = Past.in(bridge, home);
      past.has("web", MANY);
      long before = waitingBytes();
      for (int i = 0; i < 20; i++) {
        var peer = Peer.unix(bridge.settings.socket());
        peers.add(peer);
        peer.write(after(ALL, "0"));
      }
      // The last peer is served only after all others.
      try (var reader = Peer.unix(bridge.settings.socket())) {
        reader.write(after(ALL, "0"));
        readsAll(reader, 1, MANY);
        past.has("web", 1000);
        readsAll(reader, MANY + 1, MANY + 1000);
      }
      assertThat((waitingBytes() - before) / peers.size())
          .as("bytes buffered for each peer")
          .isLessThan(1 << 20);
      readsAll(peers.getFirst(), 1, MANY + 1000);
      assertThat(bridge.log.all()).isEmpty();
    } finally {
      for (Peer peer : peers) {
        peer.close();
      }
    }
  }

  @Test
  void aTcpPeerThatNeverReadsItsReplayIsCutOffLikeOthers() throws IOException {
    var settings = BridgeHarness.settings(home).slowPeerTimeout(Duration.ofMillis(500));
    try (var bridge = settings.start();
        var peer = Peer.narrow(bridge.port(), BridgeHarness.TOKEN)) {
      Past past = Past.in(bridge, home);
      past.has("web", MANY);
      peer.write(after(ALL, "0"));
      Eventually.await("the log line", LIMIT, () -> !bridge.log.all().isEmpty());
      assertThat(bridge.log.all()).singleElement().asString().contains("cut off: too slow");
      long last = 0;
      JsonObject frame = peer.read();
      while (!frame.getString("type").equals("err")) {
        assertThat(numberIn(frame)).isEqualTo(++last);
        frame = peer.read();
      }
      assertThat(frame.getString("message")).isEqualTo("too slow");
      assertThat(peer.readToTheEnd()).isZero();
      assertThat(last).isLessThan(MANY);
    }
  }

  @Test
  void aPeerThatGoesInTheMiddleOfItsReplayLeavesNothingBehind() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      Past past = Past.in(bridge, home);
      past.has("web", MANY);
      for (int i = 0; i < 50; i++) {
        try (var peer = bridge.authenticated()) {
          peer.write(after(ALL, "0"));
          if (i % 2 == 0) {
            assertThat(numberIn(peer.read())).isEqualTo(1);
          }
          peer.reset();
        }
      }
      try (var peer = bridge.authenticated()) {
        peer.write(after(ALL, "29999"));
        past.has("web", 1);
        readsAll(peer, MANY, MANY + 1);
      }
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  private static void readsAll(Peer peer, long from, long to) throws IOException {
    for (long seq = from; seq <= to; seq++) {
      assertThat(numberIn(peer.read())).isEqualTo(seq);
    }
  }

  /// Data that waits for sockets is outside the heap.
  private static long waitingBytes() {
    var allocator = (ByteBufAllocatorMetricProvider) VertxByteBufAllocator.POOLED_ALLOCATOR;
    return allocator.metric().usedDirectMemory();
  }
}
