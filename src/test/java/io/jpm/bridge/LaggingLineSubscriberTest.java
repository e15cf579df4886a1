package io.jpm.bridge;

import static io.jpm.bridge.BridgeHarness.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.testing.Eventually;
import io.jpm.wire.LinesMessage;
import io.jpm.wire.LinesMessage.Line;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.vertx.core.impl.buffer.VertxByteBufAllocator;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests lines of apps for peers that do not keep up.
@Timeout(120)
class LaggingLineSubscriberTest {
  private static final String WEB = Addresses.linesOf("web");
  private static final int MIB = 1 << 20;

  /// 64 KiB of text.
  private static final List<Line> BATCH =
      Collections.nCopies(64, new Line(0, "out", Instant.EPOCH, "x".repeat(1024), false, false));

  @TempDir Path home;

  private long published;

  @Test
  void unixPeerThatPausesReceivesTheNumberOfMissedLines() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = Peer.unix(bridge.settings.socket())) {
      subscribe(peer, WEB);
      publish(bridge, 100);
      readAllOrGaps(peer, 90);
      publish(bridge, 1);
      readAllOrGaps(peer, 0);
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  void tcpPeerThatPausesReceivesAGapAndIsNotCutOff() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = Peer.withSmallReceiveBuffer(bridge.port(), BridgeHarness.TOKEN)) {
      subscribe(peer, WEB);
      publish(bridge, 100);
      readAllOrGaps(peer, 60);
      publish(bridge, 1);
      readAllOrGaps(peer, 0);
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  void peerThatLagsTwiceReceivesTwoGaps() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = Peer.unix(bridge.settings.socket())) {
      subscribe(peer, WEB);
      publish(bridge, 10);
      readAllOrGaps(peer, 1);
      publish(bridge, 10);
      readAllOrGaps(peer, 1);
    }
  }

  @Test
  void otherPeersAndOtherMessagesAreUnaffected() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var slow = Peer.unix(bridge.settings.socket());
        var quick = bridge.authenticated()) {
      subscribe(slow, WEB);
      subscribe(slow, "out.events");
      subscribe(quick, WEB);
      for (int i = 0; i < 200; i++) {
        publishOne(bridge);
        bridge.vertx.eventBus().publish("out.events", i);
        LinesMessage message = LinesMessage.fromJson(quick.read().getJsonObject("body"));
        assertThat(message.gap()).isZero();
      }
      int events = 0;
      boolean told = false;
      while (events < 200 || !told) {
        JsonObject frame = slow.read();
        if (frame.getString("address").equals(WEB)) {
          told |= frame.getJsonObject("body").getLong("gap") > 0;
        } else {
          assertThat(frame.getInteger("body")).isEqualTo(events++);
        }
      }
    }
  }

  @Test
  void aUnixPeerThatNeverReadsCostsBoundedMemory() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = Peer.unix(bridge.settings.socket())) {
      subscribe(peer, WEB);
      long before = usedBytes();
      publish(bridge, 100);
      assertThat((usedBytes() - before) / MIB).as("MiB buffered for the peer").isLessThan(8);
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  void aTcpPeerThatNeverReadsCostsBoundedMemoryAndIsCutOff() throws IOException {
    var settings = BridgeHarness.settings(home).slowPeerTimeout(Duration.ofSeconds(2));
    try (var bridge = settings.start();
        var peer = Peer.withSmallReceiveBuffer(bridge.port(), BridgeHarness.TOKEN)) {
      subscribe(peer, WEB);
      long before = usedBytes();
      publish(bridge, 60);
      assertThat((usedBytes() - before) / MIB).as("MiB buffered for the peer").isLessThan(16);
      Eventually.await("the log line", TIMEOUT, () -> !bridge.log.all().isEmpty());
      assertThat(bridge.log.all()).singleElement().asString().contains("cut off: too slow");
    }
  }

  private void publish(BridgeHarness bridge, int mebibytes) throws IOException {
    for (int i = 0; i < mebibytes * 16; i++) {
      publishOne(bridge);
      if (i % 16 == 0) {
        settle(bridge);
      }
    }
    settle(bridge);
  }

  private void publishOne(BridgeHarness bridge) {
    var message = new LinesMessage("web", published + 1, 0, BATCH);
    published += BATCH.size();
    bridge.vertx.eventBus().publish(WEB, message.toJson());
  }

  private long read;

  /// Reads until every published line has arrived or is part of a gap; at least `mebibytes` MiB
  /// must be missing.
  private void readAllOrGaps(Peer peer, int mebibytes) throws IOException {
    long missing = 0;
    while (read < published) {
      LinesMessage message = LinesMessage.fromJson(peer.read().getJsonObject("body"));
      assertThat(message.first()).isEqualTo(read + 1 + message.gap());
      read = message.next() - 1;
      missing += message.gap();
    }
    assertThat(read).isEqualTo(published);
    assertThat(missing / 1024).as("MiB that the peer missed").isGreaterThanOrEqualTo(mebibytes);
    if (mebibytes == 0) {
      assertThat(missing).isZero();
    }
  }

  private static void subscribe(Peer peer, String address) throws IOException {
    peer.write(Peer.register(address));
    peer.write(new JsonObject().put("type", "ping"));
    assertThat(peer.read().getString("type")).isEqualTo("pong");
  }

  /// Makes a round trip through the bridge's event loop.
  private static void settle(BridgeHarness bridge) throws IOException {
    try (var probe = Peer.unix(bridge.settings.socket())) {
      probe.write(new JsonObject().put("type", "ping"));
      assertThat(probe.read().getString("type")).isEqualTo("pong");
    }
  }

  private static long usedBytes() {
    System.gc();
    var allocator = (ByteBufAllocatorMetricProvider) VertxByteBufAllocator.POOLED_ALLOCATOR;
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed()
        + allocator.metric().usedDirectMemory();
  }
}
