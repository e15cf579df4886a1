package io.jpm.balancer.proxy;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Connections for which no instance is ready. They are not read from meanwhile. Owned by the
/// balancer's context.
final class ConnectionQueue {
  /// As many as a kernel lets wait in a usual queue.
  static final int MOST = 1024;

  /// How often those are sent out again that no ready instance has taken: it refused all, but may
  /// not any more.
  private static final Duration LOOK = Duration.ofMillis(250);

  private final Deque<ClientConnection> links = new ArrayDeque<>();
  private final Vertx vertx;
  private final LongSupplier nanoTime;
  private final BooleanSupplier anyReady;
  private final Runnable unserved;
  private long timer = -1;

  /// @param anyReady whether it is of any use to send somebody out
  /// @param unserved told of each for which there was no room, or nobody in time
  ConnectionQueue(Vertx vertx, LongSupplier nanoTime, BooleanSupplier anyReady, Runnable unserved) {
    this.vertx = vertx;
    this.nanoTime = nanoTime;
    this.anyReady = anyReady;
    this.unserved = unserved;
  }

  /// One more; refused when there are too many.
  void add(ClientConnection clientConnection) {
    if (links.size() >= MOST || clientConnection.expired(nanoTime.getAsLong())) {
      clientConnection.giveUp();
      unserved.run();
      return;
    }
    links.add(clientConnection);
    if (timer < 0) {
      timer = vertx.setPeriodic(LOOK.toMillis(), _ -> look());
    }
  }

  int size() {
    return links.size();
  }

  /// An instance has become ready.
  void release() {
    List<ClientConnection> all = List.copyOf(links);
    clear();
    all.forEach(ClientConnection::again);
  }

  /// Nobody will come any more.
  void giveUp() {
    List<ClientConnection> all = List.copyOf(links);
    clear();
    all.forEach(ClientConnection::giveUp);
  }

  private void look() {
    long now = nanoTime.getAsLong();
    // The first has waited longest, or nearly so: those that come back keep their deadline.
    links.removeIf(clientConnection -> {
      boolean over = clientConnection.expired(now);
      if (over) {
        clientConnection.giveUp();
        unserved.run();
      }
      return over;
    });
    if (links.isEmpty()) {
      clear();
    } else if (anyReady.getAsBoolean()) {
      release();
    }
  }

  private void clear() {
    links.clear();
    if (timer >= 0) {
      vertx.cancelTimer(timer);
      timer = -1;
    }
  }
}
