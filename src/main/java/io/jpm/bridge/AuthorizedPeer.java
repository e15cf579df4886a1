package io.jpm.bridge;

import io.jpm.bridge.BridgeRefusal.Code;
import io.jpm.bus.Addresses;
import io.jpm.bus.access.RequestBuckets;
import io.jpm.wire.RequestCaller;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.bridge.BridgeEventType;
import io.vertx.ext.eventbus.bridge.tcp.BridgeEvent;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// An authenticated peer of the Vert.x bridge: authorizes its frames and keeps track of its
/// subscriptions. Confined to the bridge's event loop.
final class AuthorizedPeer {
  private final RequestCaller requestCaller;

  /// The value of the caller header that is added to each request of this peer.
  private final String header;

  private final PeerLines lines;
  private final PeerEvents events;
  private final RequestBuckets buckets;
  private final BridgeSettings settings;

  /// The addresses to which the peer is subscribed, except those managed by [Numbered].
  private final Set<String> subscribed = new HashSet<>();

  /// The subscriptions to log lines and events, both of which have sequence numbers. The Vert.x
  /// bridge never sees these subscriptions.
  record Numbered(PeerLines lines, PeerEvents events) {}

  AuthorizedPeer(
      RequestCaller requestCaller,
      Numbered numbered,
      RequestBuckets buckets,
      BridgeSettings settings) {
    this.requestCaller = requestCaller;
    this.header = requestCaller.toHeader();
    this.lines = numbered.lines();
    this.events = numbered.events();
    this.buckets = buckets;
    this.settings = settings;
  }

  RequestCaller requestCaller() {
    return requestCaller;
  }

  /// Ends all subscriptions, because the peer has disconnected.
  void end() {
    lines.end();
    events.end();
  }

  /// Returns the reason why the peer is not authorized to perform the request in the frame; empty
  /// if the peer is authorized. The result is also empty for addresses outside the allow-list,
  /// because the Vert.x bridge itself refuses those.
  Optional<BridgeRefusal> refusal(BridgeEvent event) {
    if (!(event.getRawMessage().getValue("address") instanceof String address)) {
      return Optional.empty();
    }
    return switch (event.type()) {
      case SEND, PUBLISH ->
          takeRequestPermit()
              ? AddressAuthorizer.refusalToSend(requestCaller.who(), address)
                  .map(why -> new BridgeRefusal(Code.ACCESS_DENIED, why))
              : Optional.of(new BridgeRefusal(Code.BUSY, buckets.rejection(requestCaller.who())));
      case REGISTER ->
          settings.maySubscribe(address) ? refusalToSubscribe(address) : Optional.empty();
      case SOCKET_CREATED,
          SOCKET_CLOSED,
          SOCKET_IDLE,
          SOCKET_PING,
          SOCKET_ERROR,
          RECEIVE,
          REGISTERED,
          UNREGISTER ->
          Optional.empty();
    };
  }

  private Optional<BridgeRefusal> refusalToSubscribe(String address) {
    Optional<BridgeRefusal> denied =
        AddressAuthorizer.refusalToSubscribe(requestCaller.who(), address)
            .map(why -> new BridgeRefusal(Code.ACCESS_DENIED, why));
    int most = settings.limits().maxSubscriptions();
    boolean isNew =
        !subscribed.contains(address)
            && !events.has(address)
            && Addresses.appOfLines(address).filter(lines::has).isEmpty();
    int has = subscribed.size() + events.count() + lines.count();
    return denied.isEmpty() && isNew && has >= most
        ? Optional.of(
            new BridgeRefusal(
                Code.TOO_MANY_SUBSCRIPTIONS,
                "at most %d subscriptions are allowed per connection (bridge.max_subscriptions)"
                    .formatted(most)))
        : denied;
  }

  private boolean takeRequestPermit() {
    return buckets.tryAcquire(requestCaller.who());
  }

  /// Reports whether a refusal may be written to the audit log. The rate limit for requests also
  /// limits the number of audit records. A refused request has already been counted against it; a
  /// refused subscription is counted here.
  boolean mayBeAudited(BridgeEvent event) {
    return event.type() != BridgeEventType.REGISTER || takeRequestPermit();
  }

  /// Reports whether the peer already has this subscription. For a duplicate, the Vert.x bridge
  /// would register a second consumer and lose track of the first, which would then never be
  /// removed, not even when the peer disconnects.
  boolean isDuplicateSubscription(BridgeEvent event) {
    if (!(event.getRawMessage().getValue("address") instanceof String address)) {
      return false;
    }
    if (event.type() == BridgeEventType.UNREGISTER) {
      subscribed.remove(address);
    }
    return event.type() == BridgeEventType.REGISTER
        && settings.maySubscribe(address)
        && !subscribed.add(address);
  }

  /// Handles a frame that subscribes to or unsubscribes from log lines; returns false for other
  /// frames. A handled frame must not reach the Vert.x bridge, which would send the peer every
  /// line, no matter how many bytes are pending.
  boolean handleLineSubscription(BridgeEvent event) {
    if (!(event.getRawMessage().getValue("address") instanceof String address)) {
      return false;
    }
    if (event.type() == BridgeEventType.REGISTER) {
      Optional<String> app =
          Addresses.appOfLines(address).filter(_ -> settings.maySubscribe(address));
      app.ifPresent(lines::subscribe);
      return app.isPresent();
    }
    return event.type() == BridgeEventType.UNREGISTER
        && Addresses.appOfLines(address).filter(lines::unsubscribe).isPresent();
  }

  /// Handles a frame that subscribes to or unsubscribes from events; returns false for other
  /// frames. A handled frame must not reach the Vert.x bridge, which cannot replay past events.
  boolean handleEventSubscription(BridgeEvent event) {
    JsonObject frame = event.getRawMessage();
    if (!(frame.getValue("address") instanceof String address) || !PeerEvents.isAddress(address)) {
      return false;
    }
    if (event.type() == BridgeEventType.REGISTER && settings.maySubscribe(address)) {
      events.subscribe(address, frame.getValue("headers"));
      return true;
    }
    return event.type() == BridgeEventType.UNREGISTER && events.unsubscribe(address);
  }

  /// Sets the caller header of a request, replacing any value sent by the client. Header names are
  /// case-insensitive.
  void setCallerHeader(BridgeEvent event) {
    JsonObject request = event.getRawMessage();
    boolean isRequest =
        event.type() == BridgeEventType.SEND || event.type() == BridgeEventType.PUBLISH;
    Object sent = isRequest ? request.getValue("headers") : null;
    if (!isRequest || (sent != null && !(sent instanceof JsonObject))) {
      return; // If the headers are not an object, the Vert.x bridge throws.
    }
    var headers = new JsonObject();
    if (sent instanceof JsonObject all) {
      all.stream()
          .filter(header -> !header.getKey().equalsIgnoreCase(RequestCaller.HEADER))
          .filter(header -> !header.getKey().equalsIgnoreCase(RequestCaller.WAITS))
          .forEach(header -> headers.put(header.getKey(), header.getValue()));
      if (all.getValue("timeout") instanceof Number millis) {
        headers.put(RequestCaller.WAITS, Long.toString(millis.longValue()));
      }
    }
    request.put("headers", headers.put(RequestCaller.HEADER, header));
  }
}
