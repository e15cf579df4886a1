package io.jpm.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.model.access.Principal;
import io.jpm.model.access.Role;
import io.jpm.testing.Eventually;
import io.jpm.testing.LogLines;
import io.vertx.core.json.JsonObject;
import java.io.EOFException;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/// Tests which frames the bridge accepts, and how it answers the others.
@Timeout(120)
class FrameValidationTest {
  private static final byte[] PING = Peer.frame(new JsonObject().put("type", "ping"));
  private static final int ISSUED_BYTES = 256 << 10;

  @TempDir Path home;

  static Stream<Arguments> malformed() {
    return Stream.of(
        Arguments.of("hello", "it sent a frame that contains a JSON syntax error at character 5"),
        Arguments.of(
            "{\"type\":\"ping\"",
            "it sent a frame that contains a JSON syntax error at character 14"),
        Arguments.of(
            "{\"type\":\"ping\"}{}", "it sent a frame that contains more than one JSON value"),
        Arguments.of("[]", "it sent a frame that is not a JSON object"),
        Arguments.of("7", "it sent a frame that is not a JSON object"),
        Arguments.of("{}", "it sent a frame that has no type"),
        Arguments.of("{\"type\":\"dance\"}", "it sent a frame that has an unknown type"),
        Arguments.of("{\"type\":1}", "it sent a frame that has an unknown type"),
        Arguments.of("{\"type\":\"send\"}", "it sent a frame that has no address"),
        Arguments.of(
            "{\"type\":\"ping\",\"type\":\"send\"}", "it sent a frame that has no address"),
        Arguments.of(
            "{\"type\":\"send\",\"address\":{}}",
            "it sent a frame that has an address that is not a string"),
        Arguments.of(
            "{\"type\":\"send\",\"address\":\"in.echo\",\"replyAddress\":7}",
            "it sent a frame that has a replyAddress that is not a string"),
        Arguments.of(
            "{\"type\":\"send\",\"address\":\"in.echo\",\"headers\":[]}",
            "it sent a frame that has headers that are not an object"),
        Arguments.of(
            "{\"type\":\"send\",\"address\":\"in.echo\",\"headers\":{\"a\":{}}}",
            "it sent a frame that has a header that is not a string, a number or a boolean"),
        Arguments.of(
            "{\"type\":\"send\",\"address\":\"in.echo\",\"headers\":{\"timeout\":\"1\"}}",
            "it sent a frame that has a timeout header that is not a number of milliseconds"),
        Arguments.of(
            "{\"type\":\"send\",\"address\":\"in.echo\",\"headers\":{\"codecName\":\"x\"}}",
            "it sent a frame that has the header codecName, which is not allowed"));
  }

  @ParameterizedTest
  @MethodSource("malformed")
  void aMalformedFrameIsAnsweredAndEndsTheConnection(String json, String reason)
      throws IOException {
    byte[] sent = Peer.concat(PING, Peer.frame(json.getBytes(StandardCharsets.UTF_8)), PING);
    var stock = new LogLines("io.vertx.ext.eventbus.bridge.tcp.impl.TcpEventBusBridgeImpl");
    try (var bridge = BridgeHarness.start(home);
        var tcp = bridge.authenticated();
        var unix = Peer.unix(bridge.settings.socket())) {
      for (Peer peer : List.of(tcp, unix)) {
        peer.write(sent);
        assertThat(typesAndErrors(peer)).containsExactly("pong", reason);
      }
      assertThat(bridge.log.all()).hasSize(2).allMatch(line -> line.endsWith("cut off: " + reason));
      assertThat(stock.all()).isEmpty();
    } finally {
      stock.close();
    }
  }

  @Test
  void resultDoesNotDependOnHowTheBytesAreSplit() throws IOException {
    byte[] frame = "{\"type\":\"send\",\"address\":1}".getBytes(StandardCharsets.UTF_8);
    byte[] sent = Peer.concat(PING, Peer.frame(frame), PING);
    try (var bridge = BridgeHarness.start(home)) {
      for (int cut = 0; cut <= sent.length; cut++) {
        boolean isTcp = cut % 2 == 0;
        try (var peer = isTcp ? bridge.authenticated() : Peer.unix(bridge.settings.socket())) {
          peer.write(Arrays.copyOf(sent, cut));
          peer.write(Arrays.copyOfRange(sent, cut, sent.length));
          assertThat(typesAndErrors(peer))
              .as("cut at %d", cut)
              .containsExactly("pong", "it sent a frame that has an address that is not a string");
        } catch (IOException closedWhileItSent) {
          assertThat(cut).as("the malformed frame was sent").isGreaterThan(PING.length + 4);
        }
      }
      try (var peer = bridge.authenticated()) {
        for (byte one : sent) {
          peer.write(new byte[] {one});
        }
        assertThat(typesAndErrors(peer)).hasSize(2);
      }
    }
  }

  @Test
  void framesOfATokenAreLimitedInBytesAndValues() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      String secret = bridge.token("ci", Role.READ);
      try (var peer = Peer.tcp(bridge.port(), secret)) {
        peer.write(ping("\"" + "x".repeat(ISSUED_BYTES - 22) + "\""));
        peer.write(ping("[" + "1,".repeat(24_996) + "1]"));
        assertThat(peer.read().getString("type")).isEqualTo("pong");
        assertThat(peer.read().getString("type")).isEqualTo("pong");
        peer.write(ping("[" + "[],".repeat(25_000) + "1]"));
        assertThat(typesAndErrors(peer))
            .containsExactly("it sent a frame that has more than 25000 values");
      }
      try (var peer = Peer.tcp(bridge.port(), secret)) {
        peer.write(Peer.length(ISSUED_BYTES + 1));
        assertThat(typesAndErrors(peer))
            .containsExactly("it sent a frame of 262145 bytes, but only 1 to 262144 are allowed");
      }
      for (String body : List.of("[".repeat(100), "{\"" + "n".repeat(300) + "\":1}")) {
        try (var peer = Peer.tcp(bridge.port(), secret)) {
          peer.write(ping(body));
          assertThat(typesAndErrors(peer)).hasSize(1);
        }
      }
    }
  }

  @Test
  void framesOfTheOwnerHaveHigherLimits() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var tcp = bridge.authenticated();
        var unix = Peer.unix(bridge.settings.socket())) {
      for (Peer peer : List.of(tcp, unix)) {
        peer.write(ping("\"" + "x".repeat((8 << 20) - 22) + "\""));
        peer.write(ping("[" + "1,".repeat(400_000) + "1]"));
        assertThat(peer.read().getString("type")).isEqualTo("pong");
        assertThat(peer.read().getString("type")).isEqualTo("pong");
        peer.write(ping("[" + "[],".repeat(1_300_000) + "1]"));
        assertThat(typesAndErrors(peer))
            .containsExactly("it sent a frame that has more than 500000 values");
      }
    }
  }

  @Test
  void unfinishedFramesAreBoundedInTotalAndTokensAreCutOffFirst() throws IOException {
    List<Peer> slow = new ArrayList<>();
    try (var bridge = BridgeHarness.start(home);
        var owner = bridge.authenticated()) {
      String secret = bridge.token("ci", Role.READ);
      byte[] owners = ping("\"" + "x".repeat(4 << 20) + "\"");
      owner.write(Arrays.copyOf(owners, owners.length - 1));
      byte[] unfinished = Arrays.copyOf(ping("\"" + "x".repeat(250 << 10) + "\""), 250 << 10);
      for (int i = 0; i < 60; i++) {
        Peer peer = Peer.tcp(bridge.port(), secret);
        slow.add(peer);
        // One segment: when the answer to the first frame arrives, the bridge has read the
        // beginning of the second.
        peer.write(Peer.concat(ping("0"), Arrays.copyOf(unfinished, 100)));
        assertThat(peer.read().getString("type")).isEqualTo("pong");
        peer.write(Arrays.copyOfRange(unfinished, 100, unfinished.length));
      }
      Eventually.await(
          "the first connections are cut off",
          BridgeHarness.TIMEOUT,
          () -> bridge.log.all().size() >= 10);
      assertThat(typesAndErrors(slow.getFirst()))
          .containsExactly(
              "the unfinished frames of all connections together use more than 12582912 bytes");
      owner.write(Arrays.copyOfRange(owners, owners.length - 1, owners.length));
      assertThat(owner.read().getString("type")).isEqualTo("pong");
    } finally {
      for (Peer peer : slow) {
        peer.close();
      }
    }
  }

  @Test
  void oldestUnfinishedFrameOfAKindIsCutOffFirst() {
    List<String> gone = new ArrayList<>();
    var frames = new UnfinishedFrames(8 << 20);
    var first = new Holder("first", gone);
    var second = new Holder("second", gone);
    frames.holds(first, 5 << 20);
    frames.holds(second, 5 << 20);
    frames.holds(first, 7 << 20);
    assertThat(gone).isEmpty();
    frames.holds(second, 6 << 20);
    assertThat(gone).containsExactly("first");
    frames.released(second);
    frames.holds(first, 12 << 20);
    assertThat(gone).containsExactly("first");
  }

  private static final class Holder implements UnfinishedFrames.Holder {
    private final String name;
    private final List<String> gone;

    Holder(String name, List<String> gone) {
      this.name = name;
      this.gone = gone;
    }

    @Override
    public Principal who() {
      return Principal.OWNER;
    }

    @Override
    public void disconnect(String reason) {
      gone.add(name);
    }
  }

  /// Returns a ping with an arbitrary body, which the bridge ignores.
  private static byte[] ping(String body) {
    return Peer.frame(("{\"type\":\"ping\",\"b\":" + body + "}").getBytes(StandardCharsets.UTF_8));
  }

  /// Returns, for each frame that the bridge sends until it closes, its type or the message of an
  /// error.
  private static List<String> typesAndErrors(Peer peer) throws IOException {
    List<String> words = new ArrayList<>();
    try {
      while (true) {
        JsonObject frame = peer.read();
        String type = frame.getString("type");
        words.add(type.equals("err") ? frame.getString("message") : type);
      }
    } catch (EOFException closed) {
      return words;
    }
  }
}
