package io.jpm.bridge;

import io.jpm.bridge.Refusal.Code;
import io.jpm.bus.Addresses;
import io.jpm.bus.access.RequestBuckets;
import io.jpm.wire.RequestCaller;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.bridge.BridgeEventType;
import io.vertx.ext.eventbus.bridge.tcp.BridgeEvent;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// A peer of the stock bridge of whom it is known who it is: what it may have, and what it has
/// subscribed to. Owned by the bridge's event loop.
final class AuthorizedPeer {
  private final RequestCaller requestCaller;

  /// The caller as every request of its bears it.
  private final String header;

  private final PeerLines lines;
  private final PeerEvents events;
  private final RequestBuckets buckets;
  private final BridgeSettings settings;

  /// What it has subscribed to, but for what is numbered.
  private final Set<String> subscribed = new HashSet<>();

  /// Its subscriptions to what has numbers, of which the stock bridge never learns.
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

  /// The peer is gone.
  void end() {
    lines.end();
    events.end();
  }

  /// Why it may not have what it asks for; of what nobody may have the stock bridge says so.
  Optional<Refusal> refusal(BridgeEvent event) {
    if (!(event.getRawMessage().getValue("address") instanceof String address)) {
      return Optional.empty();
    }
    return switch (event.type()) {
      case SEND, PUBLISH ->
          hasLeft()
              ? PeerRights.refusalToSend(requestCaller.who(), address)
                  .map(why -> new Refusal(Code.ACCESS_DENIED, why))
              : Optional.of(new Refusal(Code.BUSY, buckets.busy(requestCaller.who())));
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

  private Optional<Refusal> refusalToSubscribe(String address) {
    Optional<Refusal> denied =
        PeerRights.refusalToSubscribe(requestCaller.who(), address)
            .map(why -> new Refusal(Code.ACCESS_DENIED, why));
    int most = settings.limits().maxSubscriptions();
    boolean isNew =
        !subscribed.contains(address)
            && !events.has(address)
            && Addresses.appOfLines(address).filter(lines::has).isEmpty();
    int has = subscribed.size() + events.count() + lines.count();
    return denied.isEmpty() && isNew && has >= most
        ? Optional.of(
            new Refusal(
                Code.TOO_MANY_SUBSCRIPTIONS,
                "a connection may have %d (bridge.max_subscriptions)".formatted(most)))
        : denied;
  }

  private boolean hasLeft() {
    return buckets.take(requestCaller.who());
  }

  /// Whether a refusal may take a line of the audit log: as many as requests, since a request that
  /// is refused has been counted already.
  boolean mayBeAudited(BridgeEvent event) {
    return event.type() != BridgeEventType.REGISTER || hasLeft();
  }

  /// Whether it is a subscription that the peer has already. The stock bridge would make another
  /// consumer and forget the former, which would go on for ever, also without the peer.
  boolean isRepeated(BridgeEvent event) {
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

  /// Whether it is a subscription to lines, or the end of one. The stock bridge never learns of
  /// them: it would send a peer all lines, however many wait for it.
  boolean isOfLines(BridgeEvent event) {
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

  /// Whether it is a subscription to events, or the end of one: the stock bridge knows nothing of
  /// the past.
  boolean isOfEvents(BridgeEvent event) {
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

  /// Says of a request who it comes from, in place of whatever the client says about that: names of
  /// headers are the same in upper and lower case.
  void nameCaller(BridgeEvent event) {
    JsonObject request = event.getRawMessage();
    boolean isRequest =
        event.type() == BridgeEventType.SEND || event.type() == BridgeEventType.PUBLISH;
    Object sent = isRequest ? request.getValue("headers") : null;
    if (!isRequest || (sent != null && !(sent instanceof JsonObject))) {
      return; // At other headers than an object the stock bridge throws, and sends nothing.
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
