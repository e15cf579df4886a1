package io.jpm.client;

import java.util.OptionalLong;
import java.util.function.Function;

/// The address to subscribe to, the position from which to resume and the follower that receives
/// the items. Confined to the thread of the subscription.
interface SubscriptionTarget {
  /// Returns the bridge address to subscribe to.
  String address();

  /// Returns the sequence number after which to resume; empty if the items have no sequence
  /// numbers.
  OptionalLong after();

  /// Passes the body of a published message to the follower.
  void take(JsonMembers body);

  /// Returns the follower.
  Follower<?> follower();

  /// A subscription that delivers only new items, such as log lines.
  record Live<T>(String address, Function<JsonMembers, T> read, Follower<T> follower)
      implements SubscriptionTarget {
    @Override
    public OptionalLong after() {
      return OptionalLong.empty();
    }

    @Override
    public void take(JsonMembers body) {
      follower.take(read.apply(body));
    }
  }

  /// A subscription to events, which resumes after the last event that the follower has received.
  final class Numbered implements SubscriptionTarget {
    private final String address;
    private final EventFollower follower;
    private long last;

    Numbered(String address, long after, EventFollower follower) {
      this.address = address;
      this.last = after;
      this.follower = follower;
    }

    @Override
    public String address() {
      return address;
    }

    @Override
    public OptionalLong after() {
      return OptionalLong.of(last);
    }

    @Override
    public EventFollower follower() {
      return follower;
    }

    @Override
    public void take(JsonMembers body) {
      switch (body.text("event")) {
        case "gap" -> gap(new GapReason.Forgotten(body.number("after"), body.number("forgotten")));
        case "reset" -> {
          last = 0;
          follower.missed(new GapReason.Renumbered(body.number("after"), body.number("last")));
        }
        default -> event(Event.of(body));
      }
    }

    /// Skips the gap, so that it is not reported again after a reconnect.
    private void gap(GapReason.Forgotten gap) {
      last = Math.max(last, gap.after() + gap.forgotten());
      follower.missed(gap);
    }

    private void event(Event event) {
      if (event.seq() > last) {
        last = event.seq();
        follower.take(event);
      }
    }
  }
}
