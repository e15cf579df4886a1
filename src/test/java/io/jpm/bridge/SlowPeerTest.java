package io.jpm.bridge;

import static io.jpm.bridge.BridgeHarness.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.testing.Eventually;
import io.netty.buffer.ByteBufAllocatorMetricProvider;
import io.vertx.core.impl.buffer.VertxByteBufAllocator;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.file.Path;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

@Timeout(120)
class SlowPeerTest {
  private static final int MIB = 1 << 20;

  @TempDir Path home;

  @Test
  void subscriberThatNeverReadsCostsLessThanFortyMebibytes() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      subscribe(peer);
      long before = usedBytes();
      long most = publish(bridge, 200);
      assertThat(bridge.log.all())
          .singleElement()
          .asString()
          .startsWith("WARNING 127.0.0.1:")
          .contains("cut off: too slow");
      assertThat((most - before) / MIB).as("MiB buffered for the peer").isLessThan(40);
      assertThat(peer.readToTheEnd() / MIB).as("MiB that the peer received").isLessThan(40);
    }
  }

  @Test
  void unixPeerThatNeverReadsCostsBoundedMemory() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = Peer.unix(bridge.settings.socket())) {
      subscribe(peer);
      long before = usedBytes();
      long most = publish(bridge, 200);
      assertThat(bridge.log.all())
          .singleElement()
          .asString()
          .contains("a peer on " + bridge.settings.socket() + " cut off: too slow");
      assertThat((most - before) / MIB).as("MiB buffered for the peer").isLessThan(40);
    }
  }

  @Test
  void aSubscriberThatStallsLongerThanAllowedIsCutOffWithAnErrorFrame() throws IOException {
    try (var bridge = BridgeHarness.settings(home).slowPeerTimeout(Duration.ofMillis(500)).start();
        var peer = Peer.withSmallReceiveBuffer(bridge.port(), BridgeHarness.TOKEN)) {
      subscribe(peer);
      String kilobyte = "x".repeat(1000);
      for (int i = 0; i < 7_000; i++) {
        bridge.vertx.eventBus().publish("out.events", kilobyte);
        if (i % 100 == 0) {
          settle(bridge);
        }
      }
      Eventually.await("the log line", TIMEOUT, () -> !bridge.log.all().isEmpty());
      JsonObject last = peer.read();
      while (!last.getString("type").equals("err")) {
        assertThat(last.getString("body")).isEqualTo(kilobyte);
        last = peer.read();
      }
      assertThat(last.getString("message")).isEqualTo("too slow");
      assertThat(peer.readToTheEnd()).isZero();
      assertThat(bridge.log.all()).singleElement().asString().contains("cut off: too slow");
    }
  }

  @Test
  void subscriberThatPausesLosesNothing() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      subscribe(peer);
      for (int i = 0; i < 5_000; i++) {
        bridge.vertx.eventBus().publish("out.events", i + " " + "x".repeat(1000));
      }
      settle(bridge);
      for (int i = 0; i < 5_000; i++) {
        assertThat(peer.read().getString("body")).startsWith(i + " ");
      }
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  void answerLargerThanTheSendLimitArrives() throws IOException {
    String large = "x".repeat(12 * MIB);
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      BridgeHarness.await(
          bridge.vertx.eventBus().consumer("in.echo", m -> m.reply(large)).completion());
      peer.write(Peer.send("in.echo", "mine", "go"));
      assertThat(peer.read().getString("body")).hasSize(large.length());
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  void stoppingDoesNotWaitForAPeerThatNeverReads() throws IOException {
    Duration timeout = BridgeHarness.TIMEOUT.multipliedBy(5);
    try (var bridge = BridgeHarness.settings(home).slowPeerTimeout(timeout).start();
        var tcp = Peer.withSmallReceiveBuffer(bridge.port(), BridgeHarness.TOKEN);
        var unix = Peer.unix(bridge.settings.socket())) {
      subscribe(tcp);
      subscribe(unix);
      publish(bridge, 6);
      BridgeHarness.await(bridge.vertx.undeploy(bridge.vertx.deploymentIDs().iterator().next()));
    }
  }

  private static void subscribe(Peer peer) throws IOException {
    peer.write(Peer.register("out.events"));
    peer.write(new JsonObject().put("type", "ping"));
    assertThat(peer.read().getString("type")).isEqualTo("pong");
  }

  /// Publishes `mebibytes` MiB and regularly waits until all of it has reached the bridge, because
  /// data that waits on the bus does not belong to the bridge. Returns the highest memory use that
  /// was measured.
  private static long publish(BridgeHarness bridge, int mebibytes) {
    String body = "x".repeat(64 << 10);
    long heap = 0;
    long direct = 0;
    for (int i = 0; i < mebibytes * 16; i++) {
      bridge.vertx.eventBus().publish("out.events", body);
      if (i % 16 == 0) {
        settle(bridge);
        heap = Math.max(heap, i % 320 == 0 ? heapBytes() : 0);
        direct = Math.max(direct, directBytes());
      }
    }
    settle(bridge);
    return direct + Math.max(heap, heapBytes());
  }

  /// Makes a round trip through the bridge's event loop.
  private static void settle(BridgeHarness bridge) {
    try (var probe = Peer.unix(bridge.settings.socket())) {
      probe.write(new JsonObject().put("type", "ping"));
      assertThat(probe.read().getString("type")).isEqualTo("pong");
    } catch (IOException failure) {
      throw new AssertionError(failure);
    }
  }

  private static long usedBytes() {
    return heapBytes() + directBytes();
  }

  private static long heapBytes() {
    System.gc();
    return ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed();
  }

  /// Data that waits for sockets is outside the heap, and Netty's memory is in no pool that the JVM
  /// counts.
  private static long directBytes() {
    var allocator = (ByteBufAllocatorMetricProvider) VertxByteBufAllocator.POOLED_ALLOCATOR;
    return allocator.metric().usedDirectMemory();
  }
}
