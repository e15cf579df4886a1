package io.jpm.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.SocketException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.SplittableRandom;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests that an authenticated peer can send anything: the bridge continues to serve all others and
/// keeps no memory of it. `-Djpm.fuzz` sets the number of connections, `-Djpm.seed` the seed.
@Tag("slow")
@Timeout(300)
class FrameFuzzTest {
  private static final int CONNECTIONS = Integer.getInteger("jpm.fuzz", 400);
  private static final long SEED = Long.getLong("jpm.seed", 20261122);

  /// Far fewer than the test opens: a connection that is not released would be noticed.
  private static final int MOST_CONNECTIONS = 64;

  private static final long MOST_LEFT_BYTES = 24 << 20;

  private static final List<String> TYPES =
      List.of("send", "publish", "register", "unregister", "ping", "auth", "", "message", "\0");
  private static final List<String> ADDRESSES =
      List.of(
          "in.echo",
          "in.count",
          "out.events",
          "jpm.lines.web",
          "jpm.events.web",
          "",
          "__vertx.reply.1",
          Addresses.EVENTS,
          Addresses.USAGE,
          Addresses.COMMAND,
          Addresses.CONSOLE,
          Addresses.GOD_COMMAND);

  @TempDir private Path home;
  private final SplittableRandom random = new SplittableRandom(SEED);

  @Test
  void otherPeersAreServedAndNoMemoryIsKept() throws IOException {
    try (var bridge = BridgeHarness.settings(home).maxConnections(MOST_CONNECTIONS).start();
        var healthy = bridge.authenticated()) {
      long before = 0;
      for (int i = 0; i < CONNECTIONS; i++) {
        try (var peer = i % 2 == 0 ? bridge.authenticated() : Peer.unix(bridge.settings.socket())) {
          sendFrames(peer);
        } catch (SocketException cutOff) {
          // The bridge can close a connection without an answer.
        }
        if (i % 20 == 0) {
          healthy.write(new JsonObject().put("type", "ping"));
          assertThat(healthy.read().getString("type")).as("seed %d, %d", SEED, i).isEqualTo("pong");
        }
        if (i == CONNECTIONS / 4) {
          before = usedBytes();
        }
      }
      assertThat(usedBytes() - before).as("seed %d", SEED).isLessThan(MOST_LEFT_BYTES);
    }
  }

  private void sendFrames(Peer peer) throws IOException {
    try {
      for (int frames = random.nextInt(1, 12); frames > 0; frames--) {
        peer.write(bytes());
      }
    } catch (IOException gone) {
      // Cut off while it sends. On a Unix socket, this is not a SocketException.
    }
  }

  private byte[] bytes() {
    byte[] frame = Peer.frame(json());
    return switch (random.nextInt(8)) {
      case 0 -> flipped(frame);
      case 1 -> Peer.concat(Peer.length(random.nextInt()), frame);
      case 2 -> Peer.length(random.nextInt(-2, 3));
      case 3 -> Peer.frame(text().getBytes(StandardCharsets.UTF_8));
      case 4 -> Arrays.copyOf(frame, random.nextInt(frame.length));
      default -> frame;
    };
  }

  private byte[] flipped(byte[] frame) {
    byte[] changed = frame.clone();
    for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
      changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
    }
    return changed;
  }

  private String text() {
    return List.of(
            "", "[]", "null", "1", "\"x\"", "{", "{}", "[".repeat(20_000), "\u0000", "{\"type\":1}")
        .get(random.nextInt(10));
  }

  private JsonObject json() {
    var frame = new JsonObject();
    put(frame, "type", TYPES.get(random.nextInt(TYPES.size())));
    put(frame, "address", ADDRESSES.get(random.nextInt(ADDRESSES.size())));
    put(frame, "replyAddress", "r" + random.nextInt(3));
    put(frame, "headers", new JsonObject().put("after", "" + random.nextInt(-1, 5)));
    put(frame, "body", new JsonObject().put("v", 1).put("verb", "ping"));
    return frame;
  }

  /// Puts the value, or sometimes nothing or an unusual value.
  private void put(JsonObject frame, String key, Object value) {
    switch (random.nextInt(6)) {
      case 0 -> frame.put(key, unusualValue());
      case 1 -> {
        // The key is missing.
      }
      default -> frame.put(key, value);
    }
  }

  private @Nullable Object unusualValue() {
    return switch (random.nextInt(9)) {
      case 0 -> null;
      case 1 -> random.nextInt();
      case 2 -> 1e300;
      case 3 -> true;
      case 4 -> new JsonArray().addNull();
      case 5 -> new JsonObject().put("jpm-caller", "{}").put("JPM-Caller", new JsonArray());
      case 6 -> "x".repeat(random.nextInt(70_000));
      case 7 -> new JsonObject().put("timeout", "-1");
      default -> "\u0000\uD800\"\\";
    };
  }

  private static long usedBytes() {
    for (int i = 0; i < 3; i++) {
      System.gc();
    }
    Runtime runtime = Runtime.getRuntime();
    return runtime.totalMemory() - runtime.freeMemory();
  }
}
