package io.jpm.web;

import io.jpm.bus.access.RefusalLog;
import io.jpm.model.access.Principal;
import io.jpm.web.VertxChannels.Progress;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpConnection;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.ext.web.RoutingContext;
import java.time.Duration;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Limits the number of connections and the time that each may take. Confined to the server's event
/// loop.
///
/// - A client has limited time for the head of its next request, however slowly the bytes arrive,
///   and for the body.
/// - If there are too many connections, the oldest unauthenticated one is closed, so that clients
///   without a token cannot keep others out.
/// - Issued tokens may use only a part of the connections, so that they cannot keep the owner out.
/// - A client that reads none of its pending data is disconnected, however much is pending.
final class ConnectionLimiter {
  private final Vertx vertx;
  private final int most;
  private final Duration patience;
  private final Duration slowest;
  private final RefusalLog refusals;

  /// All connections, oldest first, with the timer that closes them between requests; [#BUSY]
  /// during a request.
  private final Map<HttpConnection, Long> timers = new LinkedHashMap<>();

  /// Unauthenticated connections, oldest first.
  private final Set<HttpConnection> strangers = new LinkedHashSet<>();

  /// Connections of issued tokens.
  private final Set<HttpConnection> issued = new HashSet<>();

  private static final long BUSY = -1;

  /// One in this many connections is reserved for the owner.
  private static final int RESERVE = 4;

  /// Number of consecutive checks without progress after which a client counts as too slow.
  private static final int LOOKS = 4;

  /// @param most maximum number of connections
  /// @param patience timeout for a request and for the pause between two requests
  /// @param slowest how long a client may read none of its pending data, positive
  /// @param refusals logs the clients that are disconnected
  ConnectionLimiter(
      Vertx vertx, int most, Duration patience, Duration slowest, RefusalLog refusals) {
    this.vertx = vertx;
    this.most = most;
    this.patience = patience;
    this.slowest = slowest;
    this.refusals = refusals;
  }

  /// Called when a client has connected.
  void connectionOpened(HttpConnection connection) {
    VertxChannels.readLittle(connection);
    if (timers.size() >= most) {
      if (strangers.isEmpty()) {
        VertxChannels.abort(connection);
        return;
      }
      HttpConnection oldest = strangers.iterator().next();
      forget(oldest);
      refusals.warn(String.valueOf(oldest.remoteAddress()), "cut off: too many connections");
      VertxChannels.abort(oldest);
    }
    strangers.add(connection);
    timers.put(connection, closeLater(connection));
    var stall = new Stall(connection);
    long looks = vertx.setPeriodic(Math.max(1, slowest.toMillis() / LOOKS), _ -> stall.check());
    connection.closeHandler(_ -> {
      vertx.cancelTimer(looks);
      forget(connection);
    });
  }

  private void forget(HttpConnection connection) {
    strangers.remove(connection);
    issued.remove(connection);
    Long timer = timers.remove(connection);
    if (timer != null && timer != BUSY) {
      vertx.cancelTimer(timer);
    }
  }

  /// Called when a client has been authenticated on a connection.
  ///
  /// @return whether it may use the connection; if not, the caller must reject the request and
  ///   close the connection
  boolean registerAuthenticated(HttpConnection connection, Principal who) {
    if (!timers.containsKey(connection)) {
      return false; // closed a moment ago in favor of another one
    }
    if (!who.equals(Principal.OWNER) && !issued.contains(connection)) {
      if (issued.size() >= most - most / RESERVE) {
        return false;
      }
      issued.add(connection);
    }
    strangers.remove(connection);
    return true;
  }

  /// Called when the head of a request has arrived. The body has the same timeout as the head. If
  /// the client has not read its previous responses, the request waits: no further response is
  /// produced for the client, and nothing more is read from it.
  void requestStarted(RoutingContext context) {
    set(context.request().connection(), BUSY);
    if (context.response().writeQueueFull()) {
      context.request().pause();
      context
          .response()
          .drainHandler(_ -> {
            context.response().drainHandler(null);
            context.request().resume();
            goOn(context);
          });
    } else {
      goOn(context);
    }
  }

  private void goOn(RoutingContext context) {
    HttpServerRequest request = context.request();
    HttpConnection connection = request.connection();
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

  /// Closes all remaining connections.
  void abortAll() {
    List.copyOf(timers.keySet()).forEach(VertxChannels::abort);
  }

  /// Checks whether one client reads its pending data.
  private final class Stall {
    private final HttpConnection connection;
    private Progress last;

    /// Number of consecutive checks without progress.
    private int alike;

    Stall(HttpConnection connection) {
      this.connection = connection;
      this.last = VertxChannels.progress(connection);
    }

    void check() {
      Progress now = VertxChannels.progress(connection);
      alike = now.waits() && now.equals(last) ? alike + 1 : 0;
      last = now;
      if (alike == LOOKS) {
        refusals.warn(String.valueOf(connection.remoteAddress()), "cut off: too slow");
        VertxChannels.abort(connection);
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
