package io.jpm.bridge;

import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.console.Instances;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Tests the replay of past events and the live events that follow, for peers that keep up.
@Timeout(120)
class EventReplayTest {
  private static final String ALL = Addresses.EVENTS;
  private static final String WEB = Addresses.eventsOf("web");

  @TempDir Path home;

  @Test
  void eventsDuringAReplayArriveOnceAndInOrder() throws Exception {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", 2000);
      var meanwhile =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < 100; i++) {
                  historyFixture.publish("web", 20);
                  historyFixture.last(); // batches, so that not all come before the first page
                }
              });
      peer.write(after(ALL, "1000"));
      for (long seq = 1001; seq <= 4000; seq++) {
        assertThat(numberIn(peer.read())).isEqualTo(seq);
      }
      meanwhile.join();
      historyFixture.store("web", 1);
      assertThat(numberIn(peer.read())).isEqualTo(4001);
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  void transitionFromReplayToLiveLosesNoEvents() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      for (int round = 0; round < 40; round++) {
        long begin = historyFixture.last();
        try (var peer = Peer.unix(bridge.settings.socket())) {
          historyFixture.publish("web", 1 + round * 7);
          peer.write(after(ALL, Long.toString(begin)));
          historyFixture.publish("web", 300);
          for (long seq = begin + 1; seq <= begin + 301 + round * 7L; seq++) {
            assertThat(numberIn(peer.read())).isEqualTo(seq);
          }
        }
      }
    }
  }

  @Test
  void onlyNewEventsAreSentWithoutASequenceNumber() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", 10);
      peer.write(Peer.register(ALL));
      awaitPong(peer);
      historyFixture.store("web", 1);
      assertThat(peer.read().encode())
          .isEqualTo(
              """
              {"type":"message","address":"jpm.events","headers":{},"body":{"v":1,"seq":11,\
              "event":"online","app":"web","id":0,"pid":4100,"status":"online","restarts":0,\
              "reason":"x","at":%d},"send":false}\
              """
                  .formatted(Instances.NOW.toEpochMilli()));
    }
  }

  @Test
  void replayedEventsEqualLiveEvents() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var live = bridge.authenticated();
        var later = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      live.write(Peer.register(WEB));
      awaitPong(live);
      historyFixture.store("web", 1);
      later.write(after(WEB, "0"));
      assertThat(later.read()).isEqualTo(live.read());
    }
  }

  @Test
  void gapIsSentBeforeTheEventsThatAreKept() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home, 100_000);
      historyFixture.store("web", 3000);
      peer.write(after(ALL, "7"));
      JsonObject gap = bodyIn(peer.read());
      long forgotten = gap.getLong("forgotten");
      assertThat(gap.encode())
          .isEqualTo(
              "{\"v\":1,\"event\":\"gap\",\"after\":7,\"forgotten\":%d}".formatted(forgotten));
      assertThat(forgotten).isBetween(1000L, 2990L);
      for (long seq = 8 + forgotten; seq <= 3000; seq++) {
        assertThat(numberIn(peer.read())).isEqualTo(seq);
      }
      awaitPong(peer);
    }
  }

  @Test
  void sequenceNumberAboveTheLastCausesAResetAndAFullReplay() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", 12);
      peer.write(after(ALL, "4711"));
      assertThat(bodyIn(peer.read()).encode())
          .isEqualTo("{\"v\":1,\"event\":\"reset\",\"after\":4711,\"last\":12}");
      for (long seq = 1; seq <= 12; seq++) {
        assertThat(numberIn(peer.read())).isEqualTo(seq);
      }
      historyFixture.store("web", 1);
      assertThat(numberIn(peer.read())).isEqualTo(13);
    }
  }

  @Test
  void lastSequenceNumberCausesNoReset() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", 12);
      peer.write(after(ALL, "12"));
      awaitPong(peer);
      historyFixture.store("web", 1);
      assertThat(numberIn(peer.read())).isEqualTo(13);
    }
  }

  @Test
  void subscriptionToAnAppReceivesOnlyItsEvents() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      for (int i = 0; i < 500; i++) {
        historyFixture.publish("web", 1);
        historyFixture.publish("api", 2);
      }
      historyFixture.store("api", 1);
      peer.write(after(WEB, "300"));
      for (long seq = 301; seq <= 1500; seq += 3) {
        assertThat(numberIn(peer.read())).isEqualTo(seq);
      }
      awaitPong(peer);
      historyFixture.publish("api", 1);
      historyFixture.store("web", 1);
      assertThat(numberIn(peer.read())).isEqualTo(1503);
    }
  }

  @Test
  void subscriptionsOfAPeerAreIndependent() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", 1000);
      historyFixture.store("api", 1000);
      peer.write(after(ALL, "500"));
      peer.write(after(WEB, "900"));
      peer.write(after(Addresses.eventsOf("api"), "1990"));
      Map<String, Long> last = new TreeMap<>(Map.of(ALL, 500L, WEB, 900L));
      last.put(Addresses.eventsOf("api"), 1990L);
      for (int i = 0; i < 1500 + 100 + 10; i++) {
        JsonObject frame = peer.read();
        long before = last.put(frame.getString("address"), numberIn(frame));
        assertThat(numberIn(frame)).isEqualTo(before + 1);
      }
      assertThat(last.values()).containsExactly(2000L, 2000L, 1000L);
    }
  }

  @Test
  void subscribingAgainChangesNothing() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", 3);
      peer.write(after(ALL, "2"));
      peer.write(after(ALL, "0"));
      assertThat(numberIn(peer.read())).isEqualTo(3);
      awaitPong(peer);
      historyFixture.store("web", 1);
      assertThat(numberIn(peer.read())).isEqualTo(4);
      awaitPong(peer);
    }
  }

  @Test
  void replayCanBeEndedAndResumed() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = Peer.withSmallReceiveBuffer(bridge.port(), BridgeHarness.TOKEN)) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", 30_000);
      peer.write(after(ALL, "0"));
      assertThat(numberIn(peer.read())).isEqualTo(1);
      peer.write(Peer.unregister(ALL));
      peer.write(new JsonObject().put("type", "ping"));
      long last = 1;
      for (JsonObject frame = peer.read();
          !frame.getString("type").equals("pong");
          frame = peer.read()) {
        assertThat(numberIn(frame)).isEqualTo(++last);
      }
      assertThat(last).isLessThan(20_000);
      historyFixture.store("web", 1);
      awaitPong(peer);
      peer.write(after(ALL, Long.toString(last)));
      while (last < 30_001) {
        assertThat(numberIn(peer.read())).isEqualTo(++last);
      }
      peer.write(Peer.unregister(ALL));
      peer.write(Peer.unregister(ALL));
      assertThat(peer.read().getString("message")).isEqualTo("unknown_address");
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "\"\"",
        "\"-1\"",
        "\"+1\"",
        "\" 1\"",
        "\"1.5\"",
        "\"4711x\"",
        "\"٣\"",
        "\"99999999999999999\"",
        "-1",
        "1.5",
        "true"
      })
  void invalidSequenceNumberIsRefusedAndTheConnectionContinues(String after) throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", 3);
      Object value = new JsonArray("[" + after + "]").getValue(0);
      peer.write(after(ALL, value));
      JsonObject refusal = peer.read();
      assertThat(refusal.getString("type")).isEqualTo("err");
      assertThat(refusal.getString("address")).isEqualTo(ALL);
      assertThat(refusal.getString("message"))
          .startsWith("jpm.events: after: ")
          .contains("{\"after\":")
          .contains("use the sequence number of the last known event");
      historyFixture.store("web", 1);
      peer.write(after(ALL, "3"));
      assertThat(numberIn(peer.read())).isEqualTo(4);
    }
  }

  @Test
  void jsonNumberIsAcceptedAndOtherHeadersAreIgnored() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", 2);
      peer.write(after(ALL, 1));
      assertThat(numberIn(peer.read())).isEqualTo(2);
      peer.write(Peer.register(WEB).put("headers", new JsonObject().put("other", "1")));
      awaitPong(peer);
    }
  }

  @Test
  void otherAddressesOfEventsAreDenied() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      for (JsonObject frame :
          List.of(
              after("jpm.events.", "0"),
              after("jpm.eventsx", "0"),
              Peer.publish(ALL, "forged"),
              Peer.send(WEB, "mine", "forged"))) {
        peer.write(frame);
        assertThat(peer.read().getString("message")).as(frame.encode()).isEqualTo("access_denied");
      }
    }
  }

  @Test
  void unavailableHistoryIsReportedAndEndsTheSubscription() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      peer.write(after(ALL, "0"));
      JsonObject refusal = peer.read();
      assertThat(refusal.getString("type")).isEqualTo("err");
      assertThat(refusal.getString("message")).startsWith("jpm.events: ");
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      historyFixture.store("web", 1);
      awaitPong(peer);
      peer.write(after(ALL, "0"));
      assertThat(numberIn(peer.read())).isEqualTo(1);
    }
  }

  @Test
  void nextDaemonContinuesTheSequenceNumbers() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      peer.write(Peer.register(ALL));
      awaitPong(peer);
      historyFixture.store("web", 700);
      assertThat(numberIn(peer.read())).isEqualTo(1);
    }
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      HistoryFixture historyFixture = HistoryFixture.in(bridge, home);
      assertThat(historyFixture.last()).isEqualTo(700);
      peer.write(after(ALL, "1"));
      historyFixture.store("web", 1);
      for (long seq = 2; seq <= 701; seq++) {
        assertThat(numberIn(peer.read())).isEqualTo(seq);
      }
    }
  }

  static JsonObject after(String address, Object number) {
    return Peer.register(address).put("headers", new JsonObject().put("after", number));
  }

  static JsonObject bodyIn(JsonObject frame) {
    assertThat(frame.getString("type")).as(frame.encode()).isEqualTo("message");
    return frame.getJsonObject("body");
  }

  static long numberIn(JsonObject frame) {
    Long seq = bodyIn(frame).getLong("seq");
    assertThat(seq).as(frame.encode()).isNotNull();
    return seq;
  }

  static void awaitPong(Peer peer) throws IOException {
    peer.write(new JsonObject().put("type", "ping"));
    assertThat(peer.read().getString("type")).isEqualTo("pong");
  }
}
