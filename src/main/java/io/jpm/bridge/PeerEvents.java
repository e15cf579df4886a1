package io.jpm.bridge;

import io.jpm.bus.Addresses;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The event subscriptions of one peer, to all events or to the events of single apps. Each
/// subscription has its own position in the history. Confined to the bridge's event loop.
final class PeerEvents {
  /// The name of the header in a subscription that contains the sequence number of the last known
  /// event.
  static final String AFTER = "after";

  private static final int MOST_DIGITS = 16;

  private final PeerChannel peer;
  private final EventFeed feed;
  private final Map<String, EventSubscription> subscriptions = new HashMap<>();

  PeerEvents(PeerChannel peer, EventFeed feed) {
    this.peer = peer;
    this.feed = feed;
  }

  /// Reports whether `address` is an address to which events are published.
  static boolean isAddress(String address) {
    return address.equals(Addresses.EVENTS) || Addresses.appOfEvents(address).isPresent();
  }

  /// Subscribes the peer to an address; has no effect if it is already subscribed. If the headers
  /// are invalid, the peer receives an error frame.
  ///
  /// @param address an address for which [#isAddress] is true
  /// @param headers the headers of the frame, which may contain [#AFTER]
  void subscribe(String address, @Nullable Object headers) {
    if (subscriptions.containsKey(address)) {
      return;
    }
    if (headers != null && !(headers instanceof JsonObject)) {
      refuse(address, "headers: must be an object, such as {\"after\":\"4711\"}");
      return;
    }
    Object after = headers instanceof JsonObject given ? given.getValue(AFTER) : null;
    Optional<Long> number = number(after);
    if (after != null && number.isEmpty()) {
      refuse(
          address,
          "after: %s is not valid: use the sequence number of the last known event, or 0 for all events"
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

  /// Reports whether the peer is subscribed to this address.
  boolean has(String address) {
    return subscriptions.containsKey(address);
  }

  /// Returns the number of subscriptions.
  int count() {
    return subscriptions.size();
  }

  /// Cancels the subscription to this address, and reports whether there was one.
  boolean unsubscribe(String address) {
    EventSubscription known = subscriptions.remove(address);
    if (known == null) {
      return false;
    }
    known.end();
    return true;
  }

  /// Ends all subscriptions because the peer has disconnected.
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
