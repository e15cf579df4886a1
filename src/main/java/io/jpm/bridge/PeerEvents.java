package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The events that one peer follows: of all, and of single apps. Each subscription goes its own
/// way. Owned by the bridge's event loop.
final class PeerEvents {
  /// The header of a subscription that tells the last number that is known.
  static final String AFTER = "after";

  private static final int MOST_DIGITS = 16;

  private final PeerChannel peer;
  private final EventFeed feed;
  private final Map<String, EventSubscription> subscriptions = new HashMap<>();

  PeerEvents(PeerChannel peer, EventFeed feed) {
    this.peer = peer;
    this.feed = feed;
  }

  /// Whether this is an address of events.
  static boolean isAddress(String address) {
    return address.equals(Addresses.EVENTS) || Addresses.appOfEvents(address).isPresent();
  }

  /// Subscribing again changes nothing. What is wrong with the headers the peer is told.
  ///
  /// @param address one for which [#isAddress] holds
  /// @param headers of the frame; [#AFTER] is looked at
  void subscribe(String address, @Nullable Object headers) {
    if (subscriptions.containsKey(address)) {
      return;
    }
    if (headers != null && !(headers instanceof JsonObject)) {
      refuse(address, "headers: use an object, as in {\"after\":\"4711\"}");
      return;
    }
    Object after = headers instanceof JsonObject given ? given.getValue(AFTER) : null;
    Optional<Long> number = number(after);
    if (after != null && number.isEmpty()) {
      refuse(
          address,
          "after: %s — use the number of the last event that is known, 0 for all"
              .formatted(new JsonObject().put(AFTER, after).encode()));
      return;
    }
    var made =
        new EventSubscription(
            peer,
            feed,
            address,
            Addresses.appOfEvents(address),
            () -> subscriptions.remove(address));
    subscriptions.put(address, made);
    number.ifPresentOrElse(made::followAfter, made::follow);
  }

  /// Whether the peer is subscribed to this address.
  boolean has(String address) {
    return subscriptions.containsKey(address);
  }

  /// How many subscriptions it has.
  int count() {
    return subscriptions.size();
  }

  /// Whether the peer was subscribed; it is not any more.
  boolean unsubscribe(String address) {
    EventSubscription known = subscriptions.remove(address);
    if (known == null) {
      return false;
    }
    known.end();
    return true;
  }

  /// The peer is gone.
  void end() {
    List.copyOf(subscriptions.values()).forEach(EventSubscription::end);
    subscriptions.clear();
  }

  private void refuse(String address, String sentence) {
    peer.send(PeerChannel.error(address, address + ": " + sentence));
  }

  private static Optional<Long> number(@Nullable Object after) {
    String text =
        switch (after) {
          case String string -> string;
          case Integer integer -> integer.toString();
          case Long number -> number.toString();
          case null, default -> "";
        };
    boolean fits =
        !text.isEmpty()
            && text.length() <= MOST_DIGITS
            && text.chars().allMatch(c -> c >= '0' && c <= '9');
    return fits ? Optional.of(Long.parseLong(text)) : Optional.empty();
  }
}
