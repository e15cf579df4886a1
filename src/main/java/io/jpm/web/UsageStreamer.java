package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.satan.UsageLeaseRenewer;
import io.jpm.model.access.Principal;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/// Streams the resource usage of apps to clients every second. Satan samples the usage for this
/// purpose only while there is a client. A client whose access is limited to some apps receives the
/// usage of those apps and of the machine. A client that is behind skips samples. Confined to the
/// server's event loop.
final class UsageStreamer {
  private final Vertx vertx;
  private final UsageLeaseRenewer lease;
  private int clients;

  UsageStreamer(Vertx vertx) {
    this.vertx = vertx;
    this.lease = new UsageLeaseRenewer(vertx, "web");
  }

  void start(SseStream sseStream, Principal who) {
    MessageConsumer<JsonObject> consumer =
        vertx
            .eventBus()
            .consumer(
                Addresses.USAGE,
                message -> {
                  if (!sseStream.isBehind()) {
                    sseStream.send("usage", 0, of(who, message.body()));
                  }
                });
    clients++;
    lease.start();
    sseStream.onClose(() -> {
      var _ = consumer.unregister();
      clients--;
      if (clients == 0) {
        end();
      }
    });
  }

  /// Ends the lease, because no clients are left.
  void end() {
    lease.stop();
  }

  private static JsonObject of(Principal who, JsonObject all) {
    if (who.canAccessAll()) {
      return all;
    }
    var own = new JsonArray();
    for (Object instance : all.getJsonArray("instances", new JsonArray())) {
      if (instance instanceof JsonObject json && who.canAccess(json.getString("app", ""))) {
        own.add(json);
      }
    }
    return all.copy().put("instances", own);
  }
}
