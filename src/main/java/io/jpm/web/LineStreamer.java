package io.jpm.web;

import io.jpm.bus.Addresses;
import io.jpm.bus.logs.FlowControlAck;
import io.jpm.bus.logs.LineLease;
import io.jpm.wire.LinesMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/// Streams the output of apps to clients as it arrives ([LinesMessage]), and requests the lines of
/// those apps from LogAggregator through a lease. Lines that a client is too slow to receive are
/// dropped and counted in the `gap` of its next message. No timer runs while there are no clients.
/// Confined to the server's event loop.
final class LineStreamer {
  private static final long NO_TIMER = -1;

  private final Vertx vertx;
  private final Map<String, Integer> wanted = new HashMap<>();
  private final MessageConsumer<FlowControlAck> told;
  private long renewal = NO_TIMER;

  LineStreamer(Vertx vertx) {
    this.vertx = vertx;
    // The request is acknowledged immediately, because everything published before it has already
    // reached this event loop.
    this.told = vertx.eventBus().consumer(Addresses.WEB_LINES, asked -> asked.reply(asked.body()));
  }

  void start(SseStream sseStream, String app) {
    var client = new Client(sseStream, app);
    MessageConsumer<JsonObject> consumer =
        vertx.eventBus().consumer(Addresses.linesOf(app), message -> client.take(message.body()));
    wanted.merge(app, 1, Integer::sum);
    tell();
    sseStream.onClose(() -> {
      var _ = consumer.unregister();
      wanted.computeIfPresent(app, (_, count) -> count == 1 ? null : count - 1);
      tell();
    });
  }

  /// Ends the lease, because the server is closing. All clients have already been disconnected.
  Future<Void> end() {
    wanted.clear();
    tell();
    return told.unregister();
  }

  private void tell() {
    send();
    if (wanted.isEmpty() && renewal != NO_TIMER) {
      vertx.cancelTimer(renewal);
      renewal = NO_TIMER;
    } else if (!wanted.isEmpty() && renewal == NO_TIMER) {
      renewal = vertx.setPeriodic(LineLease.RENEWAL.toMillis(), _ -> send());
    }
  }

  private void send() {
    vertx
        .eventBus()
        .send(Addresses.LINE_LEASES, new LineLease(Addresses.WEB_LINES, wanted.keySet()));
  }

  /// A client that receives the lines of one app.
  private static final class Client {
    private final SseStream sseStream;
    private final String app;
    private long missing;
    private long next;

    Client(SseStream sseStream, String app) {
      this.sseStream = sseStream;
      this.app = app;
    }

    void take(JsonObject body) {
      if (sseStream.isBehind()) {
        int lines = body.getJsonArray("lines", new JsonArray()).size();
        missing += body.getLong("gap", 0L) + lines;
        next = body.getLong("first", 0L) + lines;
        sseStream.onDrain(this::tellOfMissing);
      } else {
        tellOfMissing();
        sseStream.send("lines", 0, body);
      }
    }

    private void tellOfMissing() {
      if (missing > 0) {
        long count = missing;
        missing = 0;
        sseStream.send("lines", 0, LinesMessage.missing(app, next, count).toJson());
      }
    }
  }
}
