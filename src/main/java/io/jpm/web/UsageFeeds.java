package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.UsageWanted;
import io.jpm.model.Principal;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/// Sends what apps use to clients, each second; has Satan measure only while there is one. Who is
/// limited to some apps gets theirs and the machine's. A client that is behind gets the next
/// figures that it can take. Owned by the server's event loop.
final class UsageFeeds {
  private static final String LISTENER = "web";
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private int clients;
  private long renewal = NO_TIMER;

  UsageFeeds(Vertx vertx) {
    this.vertx = vertx;
  }

  void begin(Feed feed, Principal who) {
    MessageConsumer<JsonObject> consumer =
        vertx
            .eventBus()
            .consumer(
                Addresses.USAGE,
                message -> {
                  if (!feed.isBehind()) {
                    feed.send("usage", 0, of(who, message.body()));
                  }
                });
    clients++;
    if (renewal == NO_TIMER) {
      tell(true);
      renewal = vertx.setPeriodic(UsageWanted.RENEWAL.toMillis(), _ -> tell(true));
    }
    feed.whenOver(() -> {
      var _ = consumer.unregister();
      clients--;
      if (clients == 0) {
        end();
      }
    });
  }

  /// Nobody listens any more.
  void end() {
    if (renewal != NO_TIMER) {
      vertx.cancelTimer(renewal);
      renewal = NO_TIMER;
      tell(false);
    }
  }

  private static JsonObject of(Principal who, JsonObject all) {
    if (who.reachesAll()) {
      return all;
    }
    var own = new JsonArray();
    for (Object instance : all.getJsonArray("instances", new JsonArray())) {
      if (instance instanceof JsonObject json && who.reaches(json.getString("app", ""))) {
        own.add(json);
      }
    }
    return all.copy().put("instances", own);
  }

  private void tell(boolean wanted) {
    vertx.eventBus().send(Addresses.USAGE_WANTED, new UsageWanted(LISTENER, wanted));
  }
}
