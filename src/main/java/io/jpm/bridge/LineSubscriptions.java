package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.bus.logs.FlowControlAck;
import io.jpm.bus.logs.LineLease;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Whose lines peers listen to, all peers together; tells LogAggregator. Lines come over the bus
/// once for all peers: the bus would copy them for each. Without subscribers no timer runs. Owned
/// by the bridge's event loop.
final class LineSubscriptions {
  /// Who listens to the lines of an app.
  interface Listener {
    /// Some were published.
    ///
    /// @param body the message, not to be changed
    /// @param frame the same as a peer gets it, with its length; shared, so not to be changed
    void printed(JsonObject body, Buffer frame);
  }

  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Map<String, OfApp> subscribers = new HashMap<>();
  private long renewal = NO_TIMER;

  LineSubscriptions(Vertx vertx) {
    this.vertx = vertx;
  }

  private final class OfApp {
    private final String address;
    private final Set<Listener> listeners = new LinkedHashSet<>();
    private final MessageConsumer<JsonObject> consumer;

    OfApp(String app) {
      address = Addresses.linesOf(app);
      consumer = vertx.eventBus().consumer(address, message -> give(message.body()));
    }

    private void give(JsonObject body) {
      Buffer frame = PeerChannel.message(address, body);
      List.copyOf(listeners).forEach(listener -> listener.printed(body, frame));
    }

    void end() {
      var _ = consumer.unregister(); // At once, as far as this event loop is concerned.
    }
  }

  /// What was published before it is asked has been given to all peers when it answers: everything
  /// comes to the same event loop, in order.
  Future<Void> begin() {
    return vertx
        .eventBus()
        .<FlowControlAck>consumer(Addresses.BRIDGE_LINES, asked -> asked.reply(asked.body()))
        .completion();
  }

  void add(String app, Listener listener) {
    boolean first = !subscribers.containsKey(app);
    subscribers.computeIfAbsent(app, OfApp::new).listeners.add(listener);
    if (first) {
      tell();
    }
  }

  void remove(String app, Listener listener) {
    OfApp known = subscribers.get(app);
    if (known != null && known.listeners.remove(listener) && known.listeners.isEmpty()) {
      subscribers.remove(app);
      known.end();
      tell();
    }
  }

  /// Nobody listens any more.
  void end() {
    if (!subscribers.isEmpty()) {
      subscribers.values().forEach(OfApp::end);
      subscribers.clear();
      tell();
    }
  }

  private void tell() {
    send();
    if (subscribers.isEmpty()) {
      vertx.cancelTimer(renewal);
      renewal = NO_TIMER;
    } else if (renewal == NO_TIMER) {
      renewal = vertx.setPeriodic(LineLease.RENEWAL.toMillis(), _ -> send());
    }
  }

  private void send() {
    vertx
        .eventBus()
        .send(Addresses.LINES_WANTED, new LineLease(Addresses.BRIDGE_LINES, subscribers.keySet()));
  }
}
