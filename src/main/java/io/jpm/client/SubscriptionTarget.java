package io.jpm.client;

import java.util.OptionalLong;
import java.util.function.Function;

/// What a subscription is to. Owned by the thread that follows.
interface SubscriptionTarget {
  /// The address on the bridge.
  String address();

  /// After which number it begins, where it has numbers.
  OptionalLong after();

  /// Gives the body of a publication to the follower.
  void take(JsonMembers body);

  /// Who is told of losses.
  Follower<?> follower();

  /// A feed that has no past.
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

  /// Events, of which it knows the last one that the follower had.
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

    /// It is told once: who comes back after it begins behind it.
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
