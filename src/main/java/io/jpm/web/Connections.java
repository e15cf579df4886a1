package io.jpm.web;

import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// Sees to it that nobody holds connections for nothing: so many at a time, each with so much time
/// for the head of its next request, however slowly its bytes drip, and for the request's body.
/// Owned by the server's event loop.
final class Connections {
  private final Vertx vertx;
  private final int most;
  private final Duration patience;

  /// The timer that closes each connection on which no request is under way; [#BUSY] while one is.
  private final Map<HttpConnection, Long> timers = new HashMap<>();

  private static final long BUSY = -1;

  /// @param most how many at a time
  /// @param patience how long a client may take for a request, and pause between two
  Connections(Vertx vertx, int most, Duration patience) {
    this.vertx = vertx;
    this.most = most;
    this.patience = patience;
  }

  /// A client has connected.
  void opened(HttpConnection connection) {
    if (timers.size() >= most) {
      var _ = connection.close();
      return;
    }
    timers.put(connection, closeLater(connection));
    connection.closeHandler(_ -> {
      Long timer = timers.remove(connection);
      if (timer != null && timer != BUSY) {
        vertx.cancelTimer(timer);
      }
    });
  }

  /// The head of a request has come; its body may take as long as the head.
  void began(RoutingContext context) {
    HttpServerRequest request = context.request();
    HttpConnection connection = request.connection();
    set(connection, BUSY);
    long body =
        vertx.setTimer(
            patience.toMillis(),
            _ -> {
              if (!request.isEnded()) {
                var _ = connection.close();
              }
            });
    context.addEndHandler(_ -> {
      vertx.cancelTimer(body);
      if (timers.containsKey(connection)) {
        set(connection, closeLater(connection));
      }
    });
    context.next();
  }

  private void set(HttpConnection connection, long next) {
    Long timer = timers.replace(connection, next);
    if (timer != null && timer != BUSY) {
      vertx.cancelTimer(timer);
    }
  }

  private long closeLater(HttpConnection connection) {
    return vertx.setTimer(patience.toMillis(), _ -> connection.close());
  }
}
