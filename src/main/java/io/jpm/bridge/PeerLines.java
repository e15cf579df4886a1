package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.wire.LinesMessage;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What one peer listens to of apps' lines. In front of a peer that does not keep up lines are
/// withheld and counted; when it has read what waited it is told how many, and gets lines again. So
/// a peer costs a bounded amount of memory and is not cut off because an app prints much.
///
/// Owned by the bridge's event loop.
final class PeerLines {
  /// How much may wait for the peer, in bytes, before lines are withheld.
  static final int MAX_PENDING_BYTES = 1 << 20;

  private final Vertx vertx;
  private final StockPeer peer;
  private final LineSubscriptions all;
  private final Map<String, Subscription> subscriptions = new HashMap<>();
  private boolean lagging;

  PeerLines(Vertx vertx, StockPeer peer, LineSubscriptions all) {
    this.vertx = vertx;
    this.peer = peer;
    this.all = all;
  }

  /// Subscribing again changes nothing.
  void subscribe(String app) {
    if (!subscriptions.containsKey(app)) {
      subscriptions.put(app, new Subscription(app));
      all.add(app);
    }
  }

  /// Whether the peer was subscribed; it is not any more.
  boolean unsubscribe(String app) {
    Subscription known = subscriptions.remove(app);
    if (known == null) {
      return false;
    }
    known.end();
    all.remove(app);
    return true;
  }

  /// The peer is gone.
  void end() {
    subscriptions.forEach((app, known) -> {
      known.end();
      all.remove(app);
    });
    subscriptions.clear();
  }

  private boolean isBehind() {
    if (!lagging && peer.pendingBytes() > MAX_PENDING_BYTES) {
      lagging = true;
      peer.whenSent(this::hasRead);
    }
    return lagging;
  }

  private void hasRead() {
    lagging = false;
    List.copyOf(subscriptions.values()).forEach(Subscription::tellOfMissing);
  }

  private final class Subscription {
    private final String app;
    private final String address;
    private final MessageConsumer<JsonObject> consumer;
    private long missing;
    private long next;

    Subscription(String app) {
      this.app = app;
      this.address = Addresses.linesOf(app);
      this.consumer = vertx.eventBus().consumer(address, this::take);
    }

    void end() {
      var _ = consumer.unregister(); // At once, as far as this event loop is concerned.
    }

    private void take(Message<JsonObject> message) {
      JsonObject body = message.body();
      if (isBehind()) {
        int lines = body.getJsonArray("lines", new JsonArray()).size();
        missing += body.getLong("gap", 0L) + lines;
        next = body.getLong("first", 0L) + lines;
      } else {
        send(body);
      }
    }

    private void tellOfMissing() {
      if (missing > 0 && !isBehind()) {
        long count = missing;
        missing = 0;
        send(LinesMessage.missing(app, next, count).toJson());
      }
    }

    private void send(JsonObject body) {
      peer.send(StockPeer.message(address, body));
    }
  }
}
