package io.jpm.bridge;

import io.jpm.bus.god.HistoryReply;
import io.jpm.wire.EventMessage;
import io.jpm.wire.EventStreamNotice;
import io.vertx.core.AsyncResult;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Delivers events to one peer, each once and in order: live while the peer keeps up, from the
/// history after it has reconnected or fallen behind. For a peer that does not read, only the
/// sequence number of its last event is kept.
///
/// Confined to the bridge's event loop.
final class EventSubscription implements EventFeed.Follower {
  /// The number of bytes that may be pending for the peer before events are left to the history;
  /// lower if there are many subscriptions ([SendBudget#share]).
  static final int MAX_PENDING_BYTES = 128 << 10;

  /// How many live events are held while the history is read. If there are more, the history is
  /// read again.
  private static final int MOST_HELD = 256;

  /// The state of a subscription.
  private sealed interface State {
    /// Events are sent as they are published.
    record Live() implements State {}

    /// The peer has too many bytes pending. Events of this time are read from the history later.
    record Behind() implements State {}

    /// The events after the last number have been requested from the history.
    record Replaying(Held held) implements State {}

    /// The subscription has ended.
    record Closed() implements State {}
  }

  /// Events published while the history is read. The reply may or may not include them.
  private static final class Held {
    private final List<Event> events = new ArrayList<>();
    private boolean incomplete;

    private record Event(long seq, Buffer frame) {}

    void add(long seq, Buffer frame) {
      if (events.size() < MOST_HELD) {
        events.add(new Event(seq, frame));
      } else {
        incomplete = true;
      }
    }
  }

  private final PeerChannel peer;
  private final EventFeed feed;
  private final String address;
  private final Optional<String> app;
  private final Runnable lost;
  private State state = new State.Live();
  // The sequence number up to which the peer has all events; meaningless before its first event.
  private long last;

  /// @param address the address that the peer is subscribed to
  /// @param app the app of that address; empty: all apps and the daemon
  /// @param lost called when the history cannot be read; the peer receives an error frame and the
  ///   subscription ends
  EventSubscription(
      PeerChannel peer, EventFeed feed, String address, Optional<String> app, Runnable lost) {
    this.peer = peer;
    this.feed = feed;
    this.address = address;
    this.app = app;
    this.lost = lost;
  }

  /// Delivers the events from now on.
  void follow() {
    peer.sendBudget().subscribed();
    feed.add(address, this);
  }

  /// Delivers the events after `seq`, a sequence number.
  void followAfter(long seq) {
    follow();
    last = seq;
    ask();
  }

  /// Ends the subscription immediately, even while the history is being read.
  void end() {
    state = new State.Closed();
    peer.sendBudget().unsubscribed();
    feed.remove(address, this);
  }

  @Override
  public void onEvent(long seq, Buffer frame) {
    switch (state) {
      case State.Live _ -> send(seq, frame);
      case State.Replaying(Held held) -> held.add(seq, frame);
      case State.Behind _, State.Closed _ -> {}
    }
  }

  private void send(long seq, Buffer frame) {
    if (seq <= last) {
      return; // Already sent from the history.
    }
    if (isBehind()) {
      last = seq - 1;
      waitForPeer();
    } else {
      peer.send(frame);
      last = seq;
    }
  }

  private boolean isBehind() {
    return peer.pendingBytes() > peer.sendBudget().share(MAX_PENDING_BYTES);
  }

  private void waitForPeer() {
    state = new State.Behind();
    peer.afterFlush(() -> {
      if (state instanceof State.Behind) {
        ask();
      }
    });
  }

  private void ask() {
    var held = new Held();
    state = new State.Replaying(held);
    feed.after(last, app)
        .onComplete(reply -> {
          if (state instanceof State.Replaying(Held present) && present == held) {
            answered(reply, held);
          }
        });
  }

  private void answered(AsyncResult<HistoryReply> answer, Held held) {
    if (answer.failed()) {
      end();
      lost.run();
      peer.send(PeerChannel.error(address, address + ": " + answer.cause().getMessage()));
      return;
    }
    HistoryReply reply = answer.result();
    if (last > reply.last()) {
      tell(new EventStreamNotice.Reset(last, reply.last()));
      last = 0;
      ask();
      return;
    }
    sendPage(reply);
    boolean all = reply.events().size() < EventFeed.PAGE && !held.incomplete;
    if (isBehind()) {
      waitForPeer();
    } else if (all) {
      state = new State.Live();
      held.events.forEach(event -> onEvent(event.seq(), event.frame()));
    } else {
      ask();
    }
  }

  private void sendPage(HistoryReply reply) {
    if (reply.forgotten() > 0) {
      tell(new EventStreamNotice.Gap(last, reply.forgotten()));
      last += reply.forgotten();
    }
    for (EventMessage event : reply.events()) {
      peer.send(PeerChannel.message(address, event.toJson()));
      last = event.seq();
    }
  }

  private void tell(EventStreamNotice notice) {
    JsonObject body = notice.toJson();
    peer.send(PeerChannel.message(address, body));
  }
}
