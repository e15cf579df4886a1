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

/// Delivers events to one peer, each exactly once and in order. While the peer keeps up, it
/// receives events as they are published. After it has reconnected or fallen behind, it receives
/// them from the history. For a peer that does not read, only the sequence number of its last event
/// is stored.
///
/// Confined to the bridge's event loop.
final class EventSubscription implements EventFeed.Follower {
  /// The number of bytes that can be pending for the peer before live delivery stops and events are
  /// read from the history later; lower if there are many subscriptions ([SendBudget#share]).
  static final int MAX_PENDING_BYTES = 128 << 10;

  /// The maximum number of live events that are buffered while the history is read. If more are
  /// published, the history is read again.
  private static final int MAX_BUFFERED_EVENTS = 256;

  /// The state of a subscription.
  private sealed interface State {
    /// Events are sent as they are published.
    record Live() implements State {}

    /// The peer has too many bytes pending. Events published in this state are read from the
    /// history later.
    record Behind() implements State {}

    /// The events after the last delivered one have been requested from the history.
    record Replaying(EventBuffer held) implements State {}

    /// The subscription has ended.
    record Closed() implements State {}
  }

  /// Buffers the events that are published while the history is read. The reply may or may not
  /// include them.
  private static final class EventBuffer {
    private final List<Event> events = new ArrayList<>();
    private boolean incomplete;

    private record Event(long seq, Buffer frame) {}

    void add(long seq, Buffer frame) {
      if (events.size() < MAX_BUFFERED_EVENTS) {
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
  // The sequence number up to which all events have been delivered; meaningless before the first
  // event.
  private long last;

  /// @param address the address to which the peer is subscribed
  /// @param app the app that the address belongs to; empty for all apps and the daemon
  /// @param lost called when the history cannot be read; the peer then receives an error frame and
  ///   the subscription ends
  EventSubscription(
      PeerChannel peer, EventFeed feed, String address, Optional<String> app, Runnable lost) {
    this.peer = peer;
    this.feed = feed;
    this.address = address;
    this.app = app;
    this.lost = lost;
  }

  /// Starts to deliver events that are published from now on.
  void follow() {
    peer.sendBudget().subscribed();
    feed.add(address, this);
  }

  /// Starts to deliver all events whose sequence numbers are greater than `seq`: past events first,
  /// then live ones.
  void followAfter(long seq) {
    follow();
    last = seq;
    requestHistory();
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
      case State.Replaying(EventBuffer eventBuffer) -> eventBuffer.add(seq, frame);
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
        requestHistory();
      }
    });
  }

  private void requestHistory() {
    var eventBuffer = new EventBuffer();
    state = new State.Replaying(eventBuffer);
    feed.after(last, app)
        .onComplete(reply -> {
          if (state instanceof State.Replaying(EventBuffer present) && present == eventBuffer) {
            onHistoryReply(reply, eventBuffer);
          }
        });
  }

  private void onHistoryReply(AsyncResult<HistoryReply> answer, EventBuffer eventBuffer) {
    if (answer.failed()) {
      end();
      lost.run();
      peer.send(PeerChannel.error(address, address + ": " + answer.cause().getMessage()));
      return;
    }
    HistoryReply reply = answer.result();
    if (last > reply.last()) {
      sendNotice(new EventStreamNotice.Reset(last, reply.last()));
      last = 0;
      requestHistory();
      return;
    }
    sendPage(reply);
    boolean all = reply.events().size() < EventFeed.PAGE && !eventBuffer.incomplete;
    if (isBehind()) {
      waitForPeer();
    } else if (all) {
      state = new State.Live();
      eventBuffer.events.forEach(event -> onEvent(event.seq(), event.frame()));
    } else {
      requestHistory();
    }
  }

  private void sendPage(HistoryReply reply) {
    if (reply.forgotten() > 0) {
      sendNotice(new EventStreamNotice.Gap(last, reply.forgotten()));
      last += reply.forgotten();
    }
    for (EventMessage event : reply.events()) {
      peer.send(PeerChannel.message(address, event.toJson()));
      last = event.seq();
    }
  }

  private void sendNotice(EventStreamNotice notice) {
    JsonObject body = notice.toJson();
    peer.send(PeerChannel.message(address, body));
  }
}
