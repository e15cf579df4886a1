package io.jpm.web;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// A stream of server-sent events to one client. The stream ends when the token or session of the
/// client is no longer valid, which is checked when a token is revoked and at regular intervals.
/// [ConnectionLimiter] disconnects a client that does not read at all. Confined to the server's
/// event loop.
final class SseStream {
  /// The number of pending bytes above which a client is considered to be behind.
  static final int MOST_PENDING = 256 << 10;

  /// The interval of keep-alive comments and access checks.
  static final Duration PULSE = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final RoutingContext context;
  private final RequestAuthenticator requestAuthenticator;
  private final HttpServerResponse response;
  private final List<Runnable> endings = new ArrayList<>();
  private final long pulse;
  private boolean over;

  /// The task that runs when the client has read its pending data.
  private Runnable then = () -> {};

  SseStream(Vertx vertx, RoutingContext context, RequestAuthenticator requestAuthenticator) {
    this.vertx = vertx;
    this.context = context;
    this.requestAuthenticator = requestAuthenticator;
    this.response = context.response();
    response
        .setChunked(true)
        .setWriteQueueMaxSize(MOST_PENDING)
        .putHeader("Content-Type", "text/event-stream; charset=utf-8");
    this.pulse = vertx.setPeriodic(PULSE.toMillis(), _ -> pulse());
    context.addEndHandler(_ -> ended());
    response.drainHandler(_ -> read());
    var _ = response.write(": jpm\n\n");
  }

  /// Registers a task that runs when the stream ends, or immediately if it has already ended.
  void onClose(Runnable ending) {
    if (over) {
      ending.run();
    } else {
      endings.add(ending);
    }
  }

  boolean isClosed() {
    return over;
  }

  /// Reports whether the client has too much unread data. The sender should then wait ([#onDrain]).
  boolean isBehind() {
    return response.writeQueueFull();
  }

  /// Registers a task that runs once, when the client has read most of its pending data. Replaces a
  /// task that was registered before.
  void onDrain(Runnable next) {
    then = next;
  }

  private void read() {
    Runnable now = then;
    then = () -> {};
    if (!over) {
      now.run();
    }
  }

  /// Sends one event.
  ///
  /// @param id the event id from which a client can resume; 0 if there is none
  void send(String event, long id, JsonObject data) {
    if (over || response.ended()) {
      return;
    }
    String line = id > 0 ? "id: " + id + "\n" : "";
    var _ = response.write(line + "event: " + event + "\ndata: " + data.encode() + "\n\n");
  }

  /// Ends the stream normally. The client can reconnect.
  void end() {
    if (!over && !response.ended()) {
      var _ = response.end();
    }
  }

  private void pulse() {
    if (response.ended()) {
      return;
    }
    if (!response.writeQueueFull()) {
      var _ = response.write(": still here\n\n");
    }
    checkAccess();
  }

  /// Ends the stream if the token or session of the client is no longer valid.
  void checkAccess() {
    if (over || response.ended()) {
      return;
    }
    requestAuthenticator
        .identify(context.request())
        .onComplete(
            authenticatedCaller -> {
              if (authenticatedCaller
                  .filter(it -> it.equals(AuthenticatedCaller.of(context)))
                  .isEmpty()) {
                end();
              }
            },
            _ -> end());
  }

  private void ended() {
    if (!over) {
      over = true;
      vertx.cancelTimer(pulse);
      endings.forEach(Runnable::run);
    }
  }
}
