package io.jpm.bridge;

import static io.jpm.bridge.BridgeHarness.TIMEOUT;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.console.Instances;
import io.jpm.history.HistoryVerticle;
import io.jpm.model.process.Phase;
import io.jpm.testing.Eventually;
import io.vertx.core.eventbus.Message;
import java.nio.file.Path;
import java.util.Optional;

/// The real history next to a bridge, with events of apps that it stores.
final class HistoryFixture {
  static final long MANY_BYTES = 32 << 20;

  private final BridgeHarness bridge;
  private final String deployment;
  private long published;

  private HistoryFixture(BridgeHarness bridge, String deployment) {
    this.bridge = bridge;
    this.deployment = deployment;
  }

  static HistoryFixture in(BridgeHarness bridge, Path home) {
    return in(bridge, home, MANY_BYTES);
  }

  static HistoryFixture in(BridgeHarness bridge, Path home, long maxBytes) {
    var verticle = new HistoryVerticle(home.resolve("events"), maxBytes, "boot");
    var historyFixture =
        new HistoryFixture(bridge, BridgeHarness.await(bridge.vertx.deployVerticle(verticle)));
    historyFixture.published = historyFixture.last();
    return historyFixture;
  }

  void end() {
    BridgeHarness.await(bridge.vertx.undeploy(deployment));
  }

  /// Publishes `count` events; does not wait.
  void publish(String app, int count) {
    for (int i = 0; i < count; i++) {
      var view = Instances.view(0, Instances.spec(app, 1), 0, Phase.ONLINE, Optional.empty(), "x");
      bridge
          .vertx
          .eventBus()
          .publish(
              Addresses.GOD_EVENTS,
              new InstanceEvent(InstanceEvent.Kind.ONLINE, view, Instances.NOW));
    }
    published += count;
  }

  /// Publishes `count` events and waits until all are numbered and stored.
  void store(String app, int count) {
    publish(app, count);
    Eventually.await("all events are numbered", TIMEOUT, () -> last() == published, this::last);
  }

  /// Returns the last sequence number.
  long last() {
    return BridgeHarness.await(
            bridge
                .vertx
                .eventBus()
                .<HistoryReply>request(
                    Addresses.HISTORY_COMMAND, new HistoryCommand.Latest(Optional.empty(), 1))
                .map(Message::body))
        .last();
  }
}
