package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.wire.LinesMessage;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The log-line subscriptions of one peer. While the peer lags behind, lines are dropped and
/// counted. When it has caught up, it receives the number of dropped lines and then new lines.
/// Therefore, a peer uses a limited amount of memory, and is not disconnected when an app prints a
/// lot.
///
/// Confined to the bridge's event loop.
final class PeerLines {
  /// The number of bytes that can be pending for the peer before lines are dropped; lower if there
  /// are many subscriptions ([SendBudget#share]).
  static final int MAX_PENDING_BYTES = 1 << 20;

  private final PeerChannel peer;
  private final LineSubscriptions all;
  private final Map<String, Subscription> subscriptions = new HashMap<>();
  private boolean lagging;

  PeerLines(PeerChannel peer, LineSubscriptions all) {
    this.peer = peer;
    this.all = all;
  }

  /// Subscribes the peer to the lines of an app; has no effect if it is already subscribed.
  void subscribe(String app) {
    if (!subscriptions.containsKey(app)) {
      var made = new Subscription(app);
      subscriptions.put(app, made);
      peer.sendBudget().subscribed();
      all.add(app, made);
    }
  }

  /// Returns the number of apps to which the peer is subscribed.
  int count() {
    return subscriptions.size();
  }

  boolean has(String app) {
    return subscriptions.containsKey(app);
  }

  /// Cancels the subscription to this app, and reports whether there was one.
  boolean unsubscribe(String app) {
    Subscription known = subscriptions.remove(app);
    if (known == null) {
      return false;
    }
    known.end();
    return true;
  }

  /// Ends all subscriptions because the peer has disconnected.
  void end() {
    List.copyOf(subscriptions.values()).forEach(Subscription::end);
    subscriptions.clear();
  }

  private boolean isBehind() {
    if (!lagging && peer.pendingBytes() > peer.sendBudget().share(MAX_PENDING_BYTES)) {
      lagging = true;
      peer.afterFlush(this::onCaughtUp);
    }
    return lagging;
  }

  private void onCaughtUp() {
    lagging = false;
    List.copyOf(subscriptions.values()).forEach(Subscription::reportGap);
  }

  private final class Subscription implements LineSubscriptions.Listener {
    private final String app;
    private long missing;
    private long next;

    Subscription(String app) {
      this.app = app;
    }

    void end() {
      peer.sendBudget().unsubscribed();
      all.remove(app, this);
    }

    @Override
    public void onLines(JsonObject body, Buffer frame) {
      if (isBehind()) {
        int lines = body.getJsonArray("lines", new JsonArray()).size();
        missing += body.getLong("gap", 0L) + lines;
        next = body.getLong("first", 0L) + lines;
      } else {
        peer.send(frame);
      }
    }

    private void reportGap() {
      if (missing > 0 && !isBehind()) {
        long count = missing;
        missing = 0;
        JsonObject body = LinesMessage.missing(app, next, count).toJson();
        peer.send(PeerChannel.message(Addresses.linesOf(app), body));
      }
    }
  }
}
