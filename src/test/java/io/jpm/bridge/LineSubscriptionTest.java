package io.jpm.bridge;

import static io.jpm.bridge.BridgeHarness.TIMEOUT;
import static org.assertj.core.api.Assertions.assertThat;

import io.jpm.bus.Addresses;
import io.jpm.bus.logs.LineLease;
import io.jpm.logs.lines.LineCollector;
import io.jpm.logs.lines.LinePublisher;
import io.jpm.logs.lines.PrintingInstance;
import io.jpm.testing.Eventually;
import io.jpm.wire.LinesMessage;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// Tests lines of apps for peers that keep up.
@Timeout(60)
class LineSubscriptionTest {
  private static final String WEB = Addresses.linesOf("web");

  @TempDir Path home;

  private final LineCollector feed = new LineCollector();

  @Test
  void aSubscriberGetsNumberedLinesOfItsApp() throws IOException {
    try (var bridge = publishing();
        var peer = bridge.authenticated()) {
      subscribe(peer, WEB);
      awaitLeasedApps(Set.of("web"));
      PrintingInstance.of(feed, "api", 1).out("nobody listens\n");
      PrintingInstance.of(feed, "web", 0).out("listening on 8080\n");
      JsonObject frame = peer.read();
      assertThat(frame.encode())
          .isEqualTo(
              """
              {"type":"message","address":"jpm.lines.web","headers":{},"body":\
              {"v":1,"app":"web","first":1,"gap":0,"lines":[{"id":0,"stream":"out",\
              "at":"2026-11-21T11:36:32.120Z","text":"listening on 8080"}]},"send":false}\
              """);
      PrintingInstance.of(feed, "web", 2).error("half");
      assertThat(peer.read().getJsonObject("body").encode())
          .isEqualTo(
              """
              {"v":1,"app":"web","first":2,"gap":0,"lines":[{"id":2,"stream":"err",\
              "at":"2026-11-21T11:36:32.120Z","text":"half","partial":true}]}\
              """);
    }
  }

  @Test
  void everyLineOfAFloodIsDeliveredOrCounted() throws Exception {
    int batches = 500;
    try (var bridge = publishing();
        var peer = bridge.authenticated()) {
      subscribe(peer, WEB);
      awaitLeasedApps(Set.of("web"));
      PrintingInstance web = PrintingInstance.of(feed, "web", 0);
      var printer =
          Thread.ofPlatform()
              .start(() -> {
                for (int i = 0; i < batches; i++) {
                  web.out(("x".repeat(99) + "\n").repeat(1000));
                }
              });
      long next = 1;
      while (next <= batches * 1000L) {
        LinesMessage message = LinesMessage.fromJson(peer.read().getJsonObject("body"));
        assertThat(message.first()).isEqualTo(next + message.gap());
        next = message.next();
      }
      printer.join();
      assertThat(next).isEqualTo(batches * 1000L + 1);
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  void secondSubscriptionToAnAddressHasNoEffect() throws IOException {
    try (var bridge = publishing();
        var peer = Peer.unix(bridge.settings.socket())) {
      subscribe(peer, WEB);
      subscribe(peer, WEB);
      awaitLeasedApps(Set.of("web"));
      PrintingInstance.of(feed, "web", 0).out("one\n");
      assertThat(peer.read().getString("type")).isEqualTo("message");
      awaitPong(peer);
      peer.write(unregister(WEB));
      awaitLeasedApps(Set.of());
      peer.write(unregister(WEB));
      assertThat(peer.read().getString("message")).isEqualTo("unknown_address");
    }
  }

  @Test
  void otherAddressesOfLinesAreDenied() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      for (JsonObject frame :
          List.of(
              Peer.register("jpm.lines.WEB"),
              Peer.register("jpm.lines."),
              Peer.register("jpm.linesx"),
              Peer.publish(WEB, "forged"),
              Peer.send(WEB, "mine", "forged"))) {
        peer.write(frame);
        assertThat(peer.read().getString("message")).as(frame.encode()).isEqualTo("access_denied");
      }
    }
  }

  @Test
  void leaseNamesTheAppsThatPeersSubscribeTo() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      List<Set<String>> said = leases(bridge);
      try (var first = bridge.authenticated();
          var second = Peer.unix(bridge.settings.socket())) {
        subscribe(first, WEB);
        subscribe(second, WEB);
        subscribe(second, Addresses.linesOf("api"));
        second.write(unregister(WEB));
        awaitPong(second);
        first.write(unregister(WEB));
        awaitPong(first);
      }
      Eventually.await("the last lease", TIMEOUT, () -> said.size() >= 4, () -> said);
      assertThat(said)
          .containsExactly(Set.of("web"), Set.of("web", "api"), Set.of("api"), Set.of());
    }
  }

  @Test
  void subscriptionsOfALostPeerEnd() throws IOException {
    try (var bridge = BridgeHarness.start(home)) {
      List<Set<String>> said = leases(bridge);
      var peer = bridge.authenticated();
      subscribe(peer, WEB);
      peer.reset();
      Eventually.await("the lease is empty", TIMEOUT, () -> said.contains(Set.of()), () -> said);
      assertThat(bridge.log.all()).isEmpty();
    }
  }

  @Test
  @Tag("slow")
  void leaseIsRenewed() throws IOException {
    try (var bridge = BridgeHarness.start(home);
        var peer = bridge.authenticated()) {
      List<Set<String>> said = leases(bridge);
      subscribe(peer, WEB);
      Eventually.await("the lease is renewed", TIMEOUT, () -> said.size() > 1, () -> said);
      assertThat(said).allMatch(Set.of("web")::equals);
    }
  }

  private BridgeHarness publishing() {
    var bridge = BridgeHarness.start(home);
    BridgeHarness.await(new LinePublisher(bridge.vertx, feed).start());
    return bridge;
  }

  private void awaitLeasedApps(Set<String> apps) {
    Eventually.await("leased apps: " + apps, TIMEOUT, () -> feed.apps().equals(apps), feed::apps);
  }

  private static List<Set<String>> leases(BridgeHarness bridge) {
    List<Set<String>> said = new CopyOnWriteArrayList<>();
    BridgeHarness.await(
        bridge
            .vertx
            .eventBus()
            .<LineLease>consumer(Addresses.LINE_LEASES, m -> said.add(m.body().apps()))
            .completion());
    return said;
  }

  private static JsonObject unregister(String address) {
    return new JsonObject().put("type", "unregister").put("address", address);
  }

  private static void subscribe(Peer peer, String address) throws IOException {
    peer.write(Peer.register(address));
    awaitPong(peer);
  }

  private static void awaitPong(Peer peer) throws IOException {
    peer.write(new JsonObject().put("type", "ping"));
    assertThat(peer.read().getString("type")).isEqualTo("pong");
  }
}
