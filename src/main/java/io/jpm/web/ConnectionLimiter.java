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

/// Limits the number of connections and how long clients may take to send requests and read
/// responses. Confined to the server's event loop.
///
/// - A client has a limited time in which to send the complete head of its next request, and then
///   the body.
/// - If there are too many connections, the oldest unauthenticated one is closed, so that clients
///   without a token cannot lock out others.
/// - Clients with issued tokens can occupy only some of the connections, so that they cannot lock
///   out the owner.
/// - A client that stops reading while data is pending is disconnected, no matter how much is
///   pending.
final class ConnectionLimiter {
  private final Vertx vertx;
  private final int most;
  private final Duration patience;
  private final Duration slowest;
  private final RefusalLog refusals;

  /// All connections, oldest first. The value is the timer that closes the connection between
  /// requests, or [#BUSY] during a request.
  private final Map<HttpConnection, Long> timers = new LinkedHashMap<>();

  /// The unauthenticated connections, oldest first.
  private final Set<HttpConnection> unauthenticated = new LinkedHashSet<>();

  /// The connections of issued tokens.
  private final Set<HttpConnection> issued = new HashSet<>();

  private static final long BUSY = -1;

  /// The fraction of the connections (1/4) that is reserved for the owner.
  private static final int RESERVE = 4;

  /// The number of consecutive checks without progress after which a client is considered too slow.
  private static final int LOOKS = 4;

  /// @param most the maximum number of connections
  /// @param patience the timeout for sending a request and for the pause between two requests
  /// @param slowest how long a client may leave all of its pending data unread; must be positive
  /// @param refusals logs which clients are disconnected
  ConnectionLimiter(
      Vertx vertx, int most, Duration patience, Duration slowest, RefusalLog refusals) {
    this.vertx = vertx;
    this.most = most;
    this.patience = patience;
    this.slowest = slowest;
    this.refusals = refusals;
  }

  /// Registers the connection of a new client. If there are too many connections, closes the oldest
  /// unauthenticated one, or the new one if all others are authenticated.
  void connectionOpened(HttpConnection connection) {
    VertxChannels.limitReads(connection);
    if (timers.size() >= most) {
      if (unauthenticated.isEmpty()) {
        VertxChannels.abort(connection);
        return;
      }
      HttpConnection oldest = unauthenticated.iterator().next();
      forget(oldest);
      refusals.warn(String.valueOf(oldest.remoteAddress()), "cut off: too many connections");
      VertxChannels.abort(oldest);
    }
    unauthenticated.add(connection);
    timers.put(connection, closeLater(connection));
    var stall = new Stall(connection);
    long looks = vertx.setPeriodic(Math.max(1, slowest.toMillis() / LOOKS), _ -> stall.check());
    connection.closeHandler(_ -> {
      vertx.cancelTimer(looks);
      forget(connection);
    });
  }

  private void forget(HttpConnection connection) {
    unauthenticated.remove(connection);
    issued.remove(connection);
    Long timer = timers.remove(connection);
    if (timer != null && timer != BUSY) {
      vertx.cancelTimer(timer);
    }
  }

  /// Registers that a client has been authenticated on a connection.
  ///
  /// @return whether the client is allowed to use the connection; if not, the caller must reject
  ///   the request and close the connection
  boolean registerAuthenticated(HttpConnection connection, Principal who) {
    if (!timers.containsKey(connection)) {
      return false; // closed a moment ago in favor of another connection
    }
    if (!who.equals(Principal.OWNER) && !issued.contains(connection)) {
      if (issued.size() >= most - most / RESERVE) {
        return false;
      }
      issued.add(connection);
    }
    unauthenticated.remove(connection);
    return true;
  }

  /// Processes a request whose head has arrived. The body has the same timeout as the head. If the
  /// client has not read its previous responses yet, the request is delayed until it has.
  /// Meanwhile, no response is produced and nothing more is read.
  void requestStarted(RoutingContext context) {
    set(context.request().connection(), BUSY);
    if (context.response().writeQueueFull()) {
      context.request().pause();
      context
          .response()
          .drainHandler(_ -> {
            context.response().drainHandler(null);
            context.request().resume();
            proceed(context);
          });
    } else {
      proceed(context);
    }
  }

  private void proceed(RoutingContext context) {
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

  /// Checks whether a client reads its pending data.
  private final class Stall {
    private final HttpConnection connection;
    private Progress last;

    /// The number of consecutive checks without progress.
    private int checksWithoutProgress;

    Stall(HttpConnection connection) {
      this.connection = connection;
      this.last = VertxChannels.progress(connection);
    }

    void check() {
      Progress now = VertxChannels.progress(connection);
      checksWithoutProgress = now.waits() && now.equals(last) ? checksWithoutProgress + 1 : 0;
      last = now;
      if (checksWithoutProgress == LOOKS) {
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
