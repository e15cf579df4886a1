package io.jpm.balancer.proxy;

import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;

/// Client connections for which no instance is ready. No data is read from them while they wait.
/// Owned by the balancer's context.
final class ConnectionQueue {
  /// The maximum number of connections, which equals the usual length of an accept queue in the
  /// kernel.
  static final int MOST = 1024;

  /// The interval between retries of connections that every ready instance has refused. An instance
  /// may accept connections again later.
  private static final Duration LOOK = Duration.ofMillis(250);

  private final Deque<ClientConnection> links = new ArrayDeque<>();
  private final Vertx vertx;
  private final LongSupplier nanoTime;
  private final BooleanSupplier anyReady;
  private final Runnable unserved;
  private long timer = -1;

  /// @param anyReady whether any instance is ready, so that a retry makes sense
  /// @param unserved called for each connection that is closed because the queue is full or the
  ///   connection has expired
  ConnectionQueue(Vertx vertx, LongSupplier nanoTime, BooleanSupplier anyReady, Runnable unserved) {
    this.vertx = vertx;
    this.nanoTime = nanoTime;
    this.anyReady = anyReady;
    this.unserved = unserved;
  }

  /// Adds a connection, or closes it if the queue is full or the connection has expired.
  void add(ClientConnection clientConnection) {
    if (links.size() >= MOST || clientConnection.expired(nanoTime.getAsLong())) {
      clientConnection.giveUp();
      unserved.run();
      return;
    }
    links.add(clientConnection);
    if (timer < 0) {
      timer = vertx.setPeriodic(LOOK.toMillis(), _ -> poll());
    }
  }

  int size() {
    return links.size();
  }

  /// Retries all connections, because an instance has become ready.
  void dispatch() {
    List<ClientConnection> all = List.copyOf(links);
    clear();
    all.forEach(ClientConnection::again);
  }

  /// Closes all connections, because no instance will become ready.
  void closeAll() {
    List<ClientConnection> all = List.copyOf(links);
    clear();
    all.forEach(ClientConnection::giveUp);
  }

  private void poll() {
    long now = nanoTime.getAsLong();
    // A retried connection keeps its deadline, so the first connection in the queue is not always
    // the one that has waited longest.
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
      dispatch();
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
