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

/// Distributes log lines to the subscribed peers and renews the line lease at LogAggregator. Lines
/// are received from the event bus once for all peers, because the bus would copy them for each. No
/// timer runs while there are no subscribers. Confined to the bridge's event loop.
final class LineSubscriptions {
  /// Receives the log lines of one app.
  interface Listener {
    /// Receives a batch of published lines.
    ///
    /// @param body the message; must not be modified
    /// @param frame the same as a frame for peers, with its length prefix; shared, so it must not
    ///   be modified
    void onLines(JsonObject body, Buffer frame);
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
      List.copyOf(listeners).forEach(listener -> listener.onLines(body, frame));
    }

    void end() {
      var _ = consumer.unregister(); // Takes effect on this event loop immediately.
    }
  }

  /// Starts to answer [FlowControlAck] requests. An answer means that all peers have been given
  /// everything published before the request: messages arrive on one event loop, in order.
  Future<Void> start() {
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

  /// Ends all subscriptions.
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
        .send(Addresses.LINE_LEASES, new LineLease(Addresses.BRIDGE_LINES, subscribers.keySet()));
  }
}
