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
/// are received from the event bus only once for all peers, because the bus would copy them for
/// each consumer. No timer runs while there are no subscribers. Confined to the bridge's event
/// loop.
final class LineSubscriptions {
  /// Receives the log lines of one app.
  interface Listener {
    /// Receives a batch of published lines.
    ///
    /// @param body the message; must not be modified
    /// @param frame the same message as a frame for peers, with its length prefix; must not be
    ///   modified because it is shared
    void onLines(JsonObject body, Buffer frame);
  }

  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Map<String, AppSubscribers> subscribers = new HashMap<>();
  private long renewal = NO_TIMER;

  LineSubscriptions(Vertx vertx) {
    this.vertx = vertx;
  }

  private final class AppSubscribers {
    private final String address;
    private final Set<Listener> listeners = new LinkedHashSet<>();
    private final MessageConsumer<JsonObject> consumer;

    AppSubscribers(String app) {
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

  /// Starts to answer [FlowControlAck] requests. Messages arrive on one event loop and in order, so
  /// an answer means that all lines published before the request have been passed to all peers.
  Future<Void> start() {
    return vertx
        .eventBus()
        .<FlowControlAck>consumer(Addresses.BRIDGE_LINES, asked -> asked.reply(asked.body()))
        .completion();
  }

  void add(String app, Listener listener) {
    boolean first = !subscribers.containsKey(app);
    subscribers.computeIfAbsent(app, AppSubscribers::new).listeners.add(listener);
    if (first) {
      updateLease();
    }
  }

  void remove(String app, Listener listener) {
    AppSubscribers known = subscribers.get(app);
    if (known != null && known.listeners.remove(listener) && known.listeners.isEmpty()) {
      subscribers.remove(app);
      known.end();
      updateLease();
    }
  }

  /// Ends all subscriptions.
  void end() {
    if (!subscribers.isEmpty()) {
      subscribers.values().forEach(AppSubscribers::end);
      subscribers.clear();
      updateLease();
    }
  }

  private void updateLease() {
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
