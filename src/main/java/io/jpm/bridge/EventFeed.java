package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.bus.god.HistoryReply;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.Message;
import io.vertx.core.json.JsonObject;
import java.util.ArrayDeque;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Queue;
import java.util.Set;

/// Delivers published events to the subscriptions of all peers. Each event is received from the
/// event bus once, and all subscriptions to an address share the encoded frame. Only a few
/// subscriptions read the history at the same time. If hundreds of peers reconnect at once, the
/// others wait, which uses no memory.
///
/// Confined to the bridge's event loop.
final class EventFeed {
  /// Receives the events published to one address.
  interface Follower {
    /// Receives an event that has just been published.
    ///
    /// @param seq the sequence number of the event
    /// @param frame the frame for peers, with its length prefix; must not be modified because it is
    ///   shared
    void onEvent(long seq, Buffer frame);
  }

  /// The maximum number of events per request to the history.
  static final int PAGE = 200;

  private static final int READING_AT_ONCE = 2;

  private final Vertx vertx;
  private final Map<String, Set<Follower>> followers = new HashMap<>();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int reading;

  EventFeed(Vertx vertx) {
    this.vertx = vertx;
  }

  /// Starts to receive events. Once the result completes, no published event is missed.
  Future<Void> start() {
    return vertx.eventBus().<JsonObject>consumer(Addresses.EVENTS, this::take).completion();
  }

  /// Starts to deliver new events for this address to `follower`.
  void add(String address, Follower follower) {
    followers.computeIfAbsent(address, _ -> new LinkedHashSet<>()).add(follower);
  }

  /// Stops delivering events for this address to `follower`.
  void remove(String address, Follower follower) {
    followers.computeIfPresent(
        address, (_, all) -> all.remove(follower) && all.isEmpty() ? null : all);
  }

  /// Reads up to [#PAGE] events from the history. Fewer events mean that there are no more.
  ///
  /// @param seq the sequence number of the last known event
  /// @param app the name of the app; empty for events of all apps and of the daemon
  Future<HistoryReply> after(long seq, Optional<String> app) {
    Promise<HistoryReply> answer = Promise.promise();
    waiting.add(() -> ask(new HistoryCommand.After(seq, app, PAGE), answer));
    readNext();
    return answer.future();
  }

  private void ask(HistoryCommand command, Promise<HistoryReply> answer) {
    vertx
        .eventBus()
        .<HistoryReply>request(Addresses.HISTORY_COMMAND, command)
        .map(Message::body)
        .onComplete(reply -> {
          reading--;
          answer.handle(reply);
          readNext();
        });
  }

  private void readNext() {
    while (reading < READING_AT_ONCE && !waiting.isEmpty()) {
      reading++;
      waiting.remove().run();
    }
  }

  private void take(Message<JsonObject> message) {
    JsonObject body = message.body();
    give(Addresses.EVENTS, body);
    if (body.getValue("app") instanceof String app) {
      give(Addresses.eventsOf(app), body);
    }
  }

  private void give(String address, JsonObject body) {
    Set<Follower> all = followers.get(address);
    if (all != null) {
      long seq = body.getLong("seq", 0L);
      Buffer frame = PeerChannel.message(address, body);
      List.copyOf(all).forEach(follower -> follower.onEvent(seq, frame));
    }
  }
}
