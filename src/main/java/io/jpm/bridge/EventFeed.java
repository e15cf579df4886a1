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

/// What happens, for all peers that follow it: it comes over the bus once, and those who follow the
/// same address get the same bytes. The history is read for a few of them at a time: hundreds who
/// come back at once wait for their turn, and cost no memory meanwhile.
///
/// Owned by the bridge's event loop.
final class EventFeed {
  /// Who follows.
  interface Follower {
    /// An event of the followed address, just published.
    ///
    /// @param seq its number
    /// @param frame what a peer gets, with its length; shared, so not to be changed
    void happened(long seq, Buffer frame);
  }

  /// How many events the history is asked for at a time.
  static final int PAGE = 200;

  private static final int READING_AT_ONCE = 2;

  private final Vertx vertx;
  private final Map<String, Set<Follower>> followers = new HashMap<>();
  private final Queue<Runnable> waiting = new ArrayDeque<>();
  private int reading;

  EventFeed(Vertx vertx) {
    this.vertx = vertx;
  }

  /// From its completion on nothing that is published is missed.
  Future<Void> begin() {
    return vertx.eventBus().<JsonObject>consumer(Addresses.EVENTS, this::take).completion();
  }

  /// Gives all that happens from now on at this address to `follower`.
  void add(String address, Follower follower) {
    followers.computeIfAbsent(address, _ -> new LinkedHashSet<>()).add(follower);
  }

  /// Gives it no more.
  void remove(String address, Follower follower) {
    followers.computeIfPresent(
        address, (_, all) -> all.remove(follower) && all.isEmpty() ? null : all);
  }

  /// The next [#PAGE] events that are kept; fewer: those are all.
  ///
  /// @param seq the number of the last event that is known
  /// @param app of this app only; empty: of all, and of the daemon
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
      List.copyOf(all).forEach(follower -> follower.happened(seq, frame));
    }
  }
}
