package io.jpm.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.wire.LinesMessage;
import io.jpm.wire.LinesMessage.Line;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.vertx.core.impl.buffer.VertxByteBufAllocator;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests many peers that do not read: the data that waits for each of them is limited, and so is
/// the sum.
@Timeout(120)
class ManySlowPeersTest {
  private static final int MIB = 1 << 20;
  private static final String WEB = Addresses.linesOf("web");

  @TempDir Path home;

  private final List<Peer> peers = new ArrayList<>();

  @AfterEach
  void closePeers() throws IOException {
    for (Peer peer : peers) {
      peer.close();
    }
  }

  @Test
  @Tag("slow")
  void peerThatHasNotReadForLongestIsCutOffAtTheTotalLimit() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var reader = Peer.unix(bridge.settings.socket())) {
      subscribe(reader, "out.events");
      // Ten times 6 MiB: less than the limit of one peer, and more than the limit of all together.
      Peer longest = subscribed(bridge, "out.events");
      publish(bridge, reader, 1);
      for (int i = 0; i < 9; i++) {
        subscribed(bridge, "out.events");
      }
      publish(bridge, reader, 6);
      // At most four of them can stay, including the data that the kernel buffers for each.
      assertThat(bridge.log.all())
          .hasSizeBetween(5, 9)
          .allMatch(line -> line.contains("cut off: too slow"));
      assertThat(longest.readToTheEnd()).isLessThan(7 * MIB);
      publish(bridge, reader, 1);
    }
  }

  @Test
  void peersThatDoNotReadLinesShareTheSendBudget() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      for (int i = 0; i < 150; i++) {
        subscribed(bridge, WEB);
      }
      long before = directBytes();
      List<Line> batch =
          Collections.nCopies(
              16, new Line(0, "out", Instant.EPOCH, "x".repeat(1024), false, false));
      for (int i = 0; i < 100; i++) {
        var message = new LinesMessage("web", 1 + i * 16L, 0, batch);
        bridge.vertx.eventBus().publish(WEB, message.toJson());
        readNext(peers.getFirst(), i);
      }
      assertThat(directBytes() - before).isLessThan(2 * SendBudget.MAX_BYTES);
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  /// Reads one message of lines: this peer keeps up.
  private static void readNext(Peer reader, int number) throws IOException {
    LinesMessage message = LinesMessage.fromJson(reader.read().getJsonObject("body"));
    assertThat(message.first()).isEqualTo(1 + number * 16L);
    assertThat(message.gap()).isZero();
  }

  private Peer subscribed(BridgeHarness bridge, String address) throws IOException {
    var peer = Peer.unix(bridge.settings.socket());
    peers.add(peer);
    subscribe(peer, address);
    return peer;
  }

  private static void subscribe(Peer peer, String address) throws IOException {
    peer.write(Peer.register(address));
    EventReplayTest.awaitPong(peer);
  }

  /// Publishes `mebibytes` MiB, which `reader` reads as they arrive.
  private static void publish(BridgeHarness bridge, Peer reader, int mebibytes) throws IOException {
    String body = "x".repeat(64 << 10);
    for (int i = 0; i < mebibytes * 16; i++) {
      bridge.vertx.eventBus().publish("out.events", body);
      assertThat(reader.read().getString("body")).hasSize(body.length());
    }
  }

  /// Data that waits for sockets is outside the heap.
  private static long directBytes() {
    var allocator = (ByteBufAllocatorMetricProvider) VertxByteBufAllocator.POOLED_ALLOCATOR;
    return allocator.metric().usedDirectMemory();
  }
}
