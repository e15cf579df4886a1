package io.jpm.web;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/// One client's server-sent events. It ends when the client would not be let in any more: that is
/// looked at when a token ends, and now and then. One that takes nothing at all is cut off by
/// [Connections]. Owned by the server's event loop.
final class Feed {
  /// What waits for a client before it is behind, in bytes.
  static final int MOST_PENDING = 256 << 10;

  /// How often something is said, and the client's right looked at again.
  static final Duration PULSE = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final RoutingContext context;
  private final RequestAuthenticator requestAuthenticator;
  private final HttpServerResponse response;
  private final List<Runnable> endings = new ArrayList<>();
  private final long pulse;
  private boolean over;

  /// What waits until the client has read.
  private Runnable then = () -> {};

  Feed(Vertx vertx, RoutingContext context, RequestAuthenticator requestAuthenticator) {
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

  /// What is to be done once nobody listens any more.
  void whenOver(Runnable ending) {
    if (over) {
      ending.run();
    } else {
      endings.add(ending);
    }
  }

  boolean isOver() {
    return over;
  }

  /// Whether more should wait until the client has read; [#whenRead] tells when.
  boolean isBehind() {
    return response.writeQueueFull();
  }

  /// Calls `next` once, in place of what was to be called before, when the client has read most of
  /// what waited for it.
  void whenRead(Runnable next) {
    then = next;
  }

  private void read() {
    Runnable now = then;
    then = () -> {};
    if (!over) {
      now.run();
    }
  }

  /// @param id the number to go on after; 0: none
  void send(String event, long id, JsonObject data) {
    if (over || response.ended()) {
      return;
    }
    String line = id > 0 ? "id: " + id + "\n" : "";
    var _ = response.write(line + "event: " + event + "\ndata: " + data.encode() + "\n\n");
  }

  /// Ends it in order; a client may come again.
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
    checkRight();
  }

  /// Ends it if the client would not be let in any more.
  void checkRight() {
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
