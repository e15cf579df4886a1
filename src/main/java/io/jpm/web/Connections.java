package io.jpm.web;

import io.jpm.bus.RefusalLog;
import io.jpm.web.Channels.Progress;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Sees to it that nobody holds connections for nothing: so many at a time, each with so much time
/// for the head of its next request, however slowly its bytes drip, and for the request's body. Who
/// takes nothing of what waits for it is cut off, however much that is. Owned by the server's event
/// loop.
final class Connections {
  private final Vertx vertx;
  private final int most;
  private final Duration patience;
  private final Duration slowest;
  private final RefusalLog refusals;

  /// The timer that closes each connection on which no request is under way; [#BUSY] while one is.
  private final Map<HttpConnection, Long> timers = new HashMap<>();

  private static final long BUSY = -1;

  /// So often it is looked whether a client takes something until it is too slow.
  private static final int LOOKS = 4;

  /// @param most how many at a time
  /// @param patience how long a client may take for a request, and pause between two
  /// @param slowest how long a client may take nothing of what waits for it, positive
  /// @param refusals where it is told who was cut off for that
  Connections(Vertx vertx, int most, Duration patience, Duration slowest, RefusalLog refusals) {
    this.vertx = vertx;
    this.most = most;
    this.patience = patience;
    this.slowest = slowest;
    this.refusals = refusals;
  }

  /// A client has connected.
  void opened(HttpConnection connection) {
    if (timers.size() >= most) {
      var _ = connection.close();
      return;
    }
    timers.put(connection, closeLater(connection));
    var stall = new Stall(connection);
    long looks = vertx.setPeriodic(Math.max(1, slowest.toMillis() / LOOKS), _ -> stall.look());
    connection.closeHandler(_ -> {
      vertx.cancelTimer(looks);
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

  /// Closes every connection that has not gone by itself.
  void abortAll() {
    List.copyOf(timers.keySet()).forEach(Channels::abort);
  }

  /// Whether one client takes what waits for it.
  private final class Stall {
    private final HttpConnection connection;
    private Progress last;

    /// How many looks in a row have found the same.
    private int alike;

    Stall(HttpConnection connection) {
      this.connection = connection;
      this.last = Channels.progress(connection);
    }

    void look() {
      Progress now = Channels.progress(connection);
      alike = now.waits() && now.equals(last) ? alike + 1 : 0;
      last = now;
      if (alike == LOOKS) {
        refusals.warn(String.valueOf(connection.remoteAddress()), "cut off: too slow");
        Channels.abort(connection);
      }
    }
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
