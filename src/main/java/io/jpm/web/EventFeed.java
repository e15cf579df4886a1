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

/// Sends events to one client, each with its number, in order and none twice. What the client has
/// missed, or was too slow for, is fetched from what is kept: as much as it reads, so a slow client
/// costs no memory. How many are no longer kept is told as `forgotten`.
///
/// Who is limited to some apps is told of these only, and nothing of the daemon itself.
final class EventFeed {
  private static final int BATCH = 200;
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Vertx vertx;
  private final Feed feed;
  private final AuthenticatedCaller authenticatedCaller;
  private final Optional<String> app;

  /// The last number that the client has, or need not have.
  private long last;

  /// Whether everything up to now was sent, so that the next may follow at once.
  private boolean live;

  private boolean fetching;

  /// Whether something has happened since it was last asked for.
  private boolean more;

  private EventFeed(
      Vertx vertx,
      Feed feed,
      AuthenticatedCaller authenticatedCaller,
      Optional<String> app,
      OptionalLong after) {
    this.vertx = vertx;
    this.feed = feed;
    this.authenticatedCaller = authenticatedCaller;
    this.app = app;
    this.last = after.orElse(0);
    this.live = after.isEmpty();
  }

  /// @param app of this app only
  /// @param after the last event that the client knows; empty: from now on
  static void begin(
      Vertx vertx,
      Feed feed,
      AuthenticatedCaller authenticatedCaller,
      Optional<String> app,
      OptionalLong after) {
    var begun = new EventFeed(vertx, feed, authenticatedCaller, app, after);
    // Before anything is asked for: what happens meanwhile is not missed.
    MessageConsumer<JsonObject> consumer =
        vertx
            .eventBus()
            .consumer(
                app.map(Addresses::eventsOf).orElse(Addresses.EVENTS),
                message -> begun.happened(message.body()));
    feed.whenOver(() -> {
      var _ = consumer.unregister();
    });
    if (after.isPresent()) {
      begun.fetch();
    }
  }

  private void happened(JsonObject event) {
    if (live && !feed.isBehind()) {
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
      if (isFor(authenticatedCaller.who(), event.getString("app"))) {
        feed.send("event", number, event);
      }
    }
  }

  private static boolean isFor(Principal who, @Nullable String app) {
    return who.reachesAll() || (app != null && who.reaches(app));
  }

  private void goOn() {
    if (feed.isOver() || fetching) {
      return;
    }
    if (feed.isBehind()) {
      feed.whenRead(this::goOn);
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
            .put("verb", CommandVerb.EVENTS.word())
            .put("after", last)
            .put("limit", BATCH);
    app.ifPresent(name -> request.put("app", name));
    vertx
        .eventBus()
        .<JsonObject>request(Addresses.COMMAND, request, authenticatedCaller.delivery(PATIENCE))
        .onComplete(reply -> fetched(reply.body()), _ -> feed.end());
  }

  private void fetched(JsonObject reply) {
    fetching = false;
    if (feed.isOver()) {
      return;
    }
    if (!Boolean.TRUE.equals(reply.getValue("ok"))) {
      feed.end();
      return;
    }
    long forgotten = reply.getLong("forgotten", 0L);
    if (forgotten > 0) {
      feed.send("forgotten", 0, new JsonObject().put("v", 1).put("events", forgotten));
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
