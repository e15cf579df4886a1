package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.model.access.Principal;
import io.jpm.wire.CommandRequest;
import io.jpm.wire.CommandVerb;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Optional;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Streams events to one client, each with its sequence number, in order and without duplicates.
/// Events that the client has missed are read from the history as fast as the client reads, so a
/// slow client uses no additional memory. If events are no longer stored, their number is sent as
/// `forgotten`.
///
/// A client whose access is limited to some apps receives only the events of those apps, and no
/// events of the daemon.
final class EventStreamer {
  private static final int BATCH = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final SseStream sseStream;
  private final AuthenticatedCaller authenticatedCaller;
  private final Optional<String> app;

  /// The sequence number of the last event that the client has received or does not need.
  private long last;

  /// Whether all events so far have been sent, so the next one can be sent immediately.
  private boolean live;

  private boolean fetching;

  /// Whether an event has been published since the last request for past events.
  private boolean more;

  private EventStreamer(
      Vertx vertx,
      SseStream sseStream,
      AuthenticatedCaller authenticatedCaller,
      Optional<String> app,
      OptionalLong after) {
    this.vertx = vertx;
    this.sseStream = sseStream;
    this.authenticatedCaller = authenticatedCaller;
    this.app = app;
    this.last = after.orElse(0);
    this.live = after.isEmpty();
  }

  /// Starts the stream.
  ///
  /// @param app the app whose events are sent; empty for all apps
  /// @param after the sequence number of the last event that the client has received; empty for new
  ///   events only
  static void start(
      Vertx vertx,
      SseStream sseStream,
      AuthenticatedCaller authenticatedCaller,
      Optional<String> app,
      OptionalLong after) {
    var begun = new EventStreamer(vertx, sseStream, authenticatedCaller, app, after);
    // Subscribes before the first request to the history, so that no event is missed in between.
    MessageConsumer<JsonObject> consumer =
        vertx
            .eventBus()
            .consumer(
                app.map(Addresses::eventsOf).orElse(Addresses.EVENTS),
                message -> begun.happened(message.body()));
    sseStream.onClose(() -> {
      var _ = consumer.unregister();
    });
    if (after.isPresent()) {
      begun.fetch();
    }
  }

  private void happened(JsonObject event) {
    if (live && !sseStream.isBehind()) {
      tell(event);
    } else {
      live = false;
      more = true;
      goOn();
    }
  }

  private void tell(JsonObject event) {
    long number = event.getLong("seq", 0L);
    if (number > last) {
      last = number;
      if (isFor(authenticatedCaller.principal(), event.getString("app"))) {
        sseStream.send("event", number, event);
      }
    }
  }

  private static boolean isFor(Principal who, @Nullable String app) {
    return who.canAccessAll() || (app != null && who.canAccess(app));
  }

  private void goOn() {
    if (sseStream.isClosed() || fetching) {
      return;
    }
    if (sseStream.isBehind()) {
      sseStream.onDrain(this::goOn);
    } else {
      fetch();
    }
  }

  private void fetch() {
    fetching = true;
    more = false;
    var request =
        new JsonObject()
            .put("v", CommandRequest.VERSION)
            .put("verb", CommandVerb.EVENTS.keyword())
            .put("after", last)
            .put("limit", BATCH);
    app.ifPresent(name -> request.put("app", name));
    vertx
        .eventBus()
        .<JsonObject>request(Addresses.COMMAND, request, authenticatedCaller.delivery(PATIENCE))
        .onComplete(reply -> fetched(reply.body()), _ -> sseStream.end());
  }

  private void fetched(JsonObject reply) {
    fetching = false;
    if (sseStream.isClosed()) {
      return;
    }
    if (!Boolean.TRUE.equals(reply.getValue("ok"))) {
      sseStream.end();
      return;
    }
    long forgotten = reply.getLong("forgotten", 0L);
    if (forgotten > 0) {
      sseStream.send("forgotten", 0, new JsonObject().put("v", 1).put("events", forgotten));
    }
    var events = reply.getJsonArray("events");
    events.forEach(event -> tell((JsonObject) event));
    if (events.size() < BATCH && !more) {
      live = true;
    } else {
      goOn();
    }
  }
}
