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

/// Sees to it that nobody holds connections for nothing: so many at a time, each with so much time
/// for the head of its next request, however slowly its bytes drip, and for the request's body.
/// Where there are too many, the oldest goes of those on which nobody has shown who they are, so
/// strangers cannot keep others out; holders of issued tokens have a part of the connections, so
/// neither can they keep the owner out. Who takes nothing of what waits for it is cut off, however
/// much that is. Owned by the server's event loop.
final class Connections {
  private final Vertx vertx;
  private final int most;
  private final Duration patience;
  private final Duration slowest;
  private final RefusalLog refusals;

  /// Oldest first: the timer that closes each connection on which no request is under way; [#BUSY]
  /// while one is.
  private final Map<HttpConnection, Long> timers = new LinkedHashMap<>();

  /// On which nobody has shown who they are, oldest first.
  private final Set<HttpConnection> strangers = new LinkedHashSet<>();

  /// Of holders of issued tokens.
  private final Set<HttpConnection> issued = new HashSet<>();

  private static final long BUSY = -1;

  /// Of so many connections one is kept from holders of issued tokens.
  private static final int RESERVE = 4;

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
    long looks = vertx.setPeriodic(Math.max(1, slowest.toMillis() / LOOKS), _ -> stall.look());
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

  /// Somebody has shown on a connection who they are.
  ///
  /// @return whether they may have it; where not, they are to be refused and it is closed soon
  boolean isProven(HttpConnection connection, Principal who) {
    if (!timers.containsKey(connection)) {
      return false; // It had to go a moment ago.
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

  /// The head of a request has come; its body may take as long as the head. Who has not read what
  /// was answered before waits: nothing more is made for them, nor read from them.
  void began(RoutingContext context) {
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

  /// Closes every connection that has not gone by itself.
  void abortAll() {
    List.copyOf(timers.keySet()).forEach(VertxChannels::abort);
  }

  /// Whether one client takes what waits for it.
  private final class Stall {
    private final HttpConnection connection;
    private Progress last;

    /// How many looks in a row have found the same.
    private int alike;

    Stall(HttpConnection connection) {
      this.connection = connection;
      this.last = VertxChannels.progress(connection);
    }

    void look() {
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
