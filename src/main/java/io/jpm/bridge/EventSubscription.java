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

/// What one peer follows of events, each once, in order: live while the peer keeps up, out of the
/// history when it has been away or does not. Nothing is kept for a peer that does not read: where
/// it has stopped is a number.
///
/// Owned by the bridge's event loop.
final class EventSubscription implements EventFeed.Follower {
  /// How much may wait for the peer, in bytes, before events are left to the history; less where
  /// there are many ([SendBudget#share]).
  static final int MAX_PENDING_BYTES = 128 << 10;

  /// How many live events are held back while the history is read; with more it is read again.
  private static final int MOST_HELD = 256;

  /// Where a subscription stands.
  private sealed interface State {
    /// What happens is sent.
    record Live() implements State {}

    /// The peer has to read first; what happens meanwhile is in the history.
    record Behind() implements State {}

    /// The history is being asked for what follows the last number.
    record Asking(Held held) implements State {}

    /// Nothing is sent any more.
    record Over() implements State {}
  }

  /// What happens while the history is asked: it may be in the answer, or come after it.
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
  // The number up to which the peer has all; without meaning before its first event.
  private long last;

  /// @param address what the peer follows
  /// @param app of which app that is; empty: all, and the daemon
  /// @param lost called when the history cannot be read; the peer is told, and follows no more
  EventSubscription(
      PeerChannel peer, EventFeed feed, String address, Optional<String> app, Runnable lost) {
    this.peer = peer;
    this.feed = feed;
    this.address = address;
    this.app = app;
    this.lost = lost;
  }

  /// Follows what happens from now on.
  void follow() {
    peer.sendBudget().subscribed();
    feed.add(address, this);
  }

  /// Follows from after this number on.
  void followAfter(long seq) {
    follow();
    last = seq;
    ask();
  }

  /// At once, also in the middle of what the history tells.
  void end() {
    state = new State.Over();
    peer.sendBudget().unsubscribed();
    feed.remove(address, this);
  }

  @Override
  public void happened(long seq, Buffer frame) {
    switch (state) {
      case State.Live _ -> send(seq, frame);
      case State.Asking(Held held) -> held.add(seq, frame);
      case State.Behind _, State.Over _ -> {}
    }
  }

  private void send(long seq, Buffer frame) {
    if (seq <= last) {
      return; // The history has told it.
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
    peer.whenSent(() -> {
      if (state instanceof State.Behind) {
        ask();
      }
    });
  }

  private void ask() {
    var held = new Held();
    state = new State.Asking(held);
    feed.after(last, app)
        .onComplete(reply -> {
          if (state instanceof State.Asking(Held present) && present == held) {
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
      held.events.forEach(event -> happened(event.seq(), event.frame()));
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
