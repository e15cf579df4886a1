package io.jpm.balancer.node;

import io.jpm.model.run.WorkerId;
import io.jpm.os.Connection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/// Hands the connections of one socket to the workers that listen on it, each in its turn. One that
/// has as much on its way as it may is passed over; where nobody can take any, connections wait.
final class RoundRobin {
  /// Sends a connection to a worker; false when that is gone. Else the worker's answer comes to
  /// [#answered], or, when it dies first, [#returned] is called.
  @FunctionalInterface
  interface Courier {
    boolean hand(NodeWorker worker, PendingConnection pendingConnection);
  }

  private final Courier courier;
  private final Deque<NodeWorker> workers = new ArrayDeque<>();
  private final Deque<PendingConnection> waiting = new ArrayDeque<>();

  RoundRobin(Courier courier) {
    this.courier = courier;
  }

  boolean isEmpty() {
    return workers.isEmpty();
  }

  void add(NodeWorker worker) {
    if (!workers.contains(worker)) {
      workers.addLast(worker);
    }
    hand();
  }

  void remove(NodeWorker worker) {
    workers.remove(worker);
    hand();
  }

  void arrived(Connection connection) {
    waiting.addLast(new PendingConnection(connection, this));
    hand();
  }

  /// The worker has said whether it takes the connection.
  void answered(NodeWorker worker, PendingConnection pendingConnection, boolean accepted) {
    if (accepted) {
      pendingConnection.connection().close();
    } else {
      if (workers.contains(worker)) {
        pendingConnection.refused().add(worker.id());
      }
      waiting.addFirst(pendingConnection);
    }
    hand();
  }

  /// The worker has died with the connection on its way to it.
  void returned(PendingConnection pendingConnection) {
    waiting.addFirst(pendingConnection);
    hand();
  }

  /// Another connection can be handed to somebody.
  void hand() {
    while (!waiting.isEmpty() && handFirst()) {
      // Each goes to the next in turn.
    }
  }

  private boolean handFirst() {
    PendingConnection first = waiting.getFirst();
    if (!workers.isEmpty() && refusedByAll(first)) {
      // As Node does where there is no cluster: over maxConnections a connection is closed.
      waiting.removeFirst().connection().close();
      return true;
    }
    for (int left = workers.size(); left > 0; left--) {
      NodeWorker worker = workers.removeFirst();
      workers.addLast(worker);
      if (worker.isFree() && !first.refused().contains(worker.id())) {
        waiting.removeFirst();
        if (!courier.hand(worker, first)) {
          workers.remove(worker);
          waiting.addFirst(first);
        }
        return true;
      }
    }
    return false;
  }

  private boolean refusedByAll(PendingConnection pendingConnection) {
    Set<WorkerId> ids = new HashSet<>();
    workers.forEach(worker -> ids.add(worker.id()));
    return pendingConnection.refused().containsAll(ids);
  }

  /// Closes what waits.
  void close() {
    waiting.forEach(pendingConnection -> pendingConnection.connection().close());
    waiting.clear();
  }
}
