package io.jpm.bridge;

import static io.jpm.bridge.BridgeHarness.TIMEOUT;
import static io.jpm.bridge.EventReplayTest.after;
import static io.jpm.bridge.EventReplayTest.awaitPong;
import static io.jpm.bridge.EventReplayTest.bodyIn;
import static io.jpm.bridge.EventReplayTest.numberIn;
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
class LaggingEventSubscriberTest {
  private static final String ALL = Addresses.EVENTS;
  private static final int MANY = 30_000;

  @TempDir Path home;

  @Test
  void peerThatPausesMissesNoEvents() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var unix = Peer.unix(bridge.settings.socket());
        var tcp = Peer.withSmallReceiveBuffer(bridge.port(), BridgeHarness.TOKEN)) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      for (Peer peer : List.of(unix, tcp)) {
        peer.write(Peer.register(ALL));
        awaitPong(peer);
      }
      historyFixture.store("web", MANY);
      for (Peer peer : List.of(unix, tcp)) {
        readAll(peer, 1, MANY);
      }
      historyFixture.store("web", 1);
      for (Peer peer : List.of(unix, tcp)) {
        readAll(peer, MANY + 1, MANY + 1);
      }
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  void eventsDeletedDuringAPauseAreReportedAsGaps() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = Peer.unix(bridge.settings.socket())) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home, 400_000);
      peer.write(Peer.register(ALL));
      awaitPong(peer);
      historyFixture.store("web", MANY);
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
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", MANY);
      long before = directBytes();
      for (int i = 0; i < 20; i++) {
        var peer = Peer.unix(bridge.settings.socket());
        peers.add(peer);
        peer.write(after(ALL, "0"));
      }
      // The last peer is served only after all others.
      try (var reader = Peer.unix(bridge.settings.socket())) {
        reader.write(after(ALL, "0"));
        readAll(reader, 1, MANY);
        historyFixture.store("web", 1000);
        readAll(reader, MANY + 1, MANY + 1000);
      }
      assertThat((directBytes() - before) / peers.size())
          .as("bytes buffered for each peer")
          .isLessThan(1 << 20);
      readAll(peers.getFirst(), 1, MANY + 1000);
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
        var peer = Peer.withSmallReceiveBuffer(bridge.port(), BridgeHarness.TOKEN)) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", MANY);
      peer.write(after(ALL, "0"));
      Eventually.await("the log line", TIMEOUT, () -> !bridge.log.all().isEmpty());
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
  void peerThatDisconnectsDuringAReplayDoesNotAffectOthers() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", MANY);
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
        historyFixture.store("web", 1);
        readAll(peer, MANY, MANY + 1);
      }
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  private static void readAll(Peer peer, long from, long to) throws IOException {
    for (long seq = from; seq <= to; seq++) {
      assertThat(numberIn(peer.read())).isEqualTo(seq);
    }
  }

  /// Data that waits for sockets is outside the heap.
  private static long directBytes() {
    var allocator = (ByteBufAllocatorMetricProvider) VertxByteBufAllocator.POOLED_ALLOCATOR;
    return allocator.metric().usedDirectMemory();
  }
}
