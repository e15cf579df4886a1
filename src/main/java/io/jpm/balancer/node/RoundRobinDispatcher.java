package io.jpm.balancer.node;

import io.jpm.model.process.WorkerId;
import io.jpm.os.AcceptedConnection;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashSet;
import java.util.Set;

/// Hands the connections of one socket to its workers in turn. A worker with the maximum number of
/// unanswered connections is skipped. If no worker can accept a connection, the connections wait.
final class RoundRobinDispatcher {
  /// Sends a connection to a worker; returns false if the worker has terminated. After a successful
  /// call, the worker's answer must be passed to [#answered]; if the worker dies before it answers,
  /// [#redispatch] must be called.
  @FunctionalInterface
  interface Sender {
    boolean send(NodeWorker worker, PendingConnection pendingConnection);
  }

  private final Sender sender;
  private final Deque<NodeWorker> workers = new ArrayDeque<>();
  private final Deque<PendingConnection> waiting = new ArrayDeque<>();

  RoundRobinDispatcher(Sender sender) {
    this.sender = sender;
  }

  boolean isEmpty() {
    return workers.isEmpty();
  }

  void add(NodeWorker worker) {
    if (!workers.contains(worker)) {
      workers.addLast(worker);
    }
    dispatch();
  }

  void remove(NodeWorker worker) {
    workers.remove(worker);
    dispatch();
  }

  void addConnection(AcceptedConnection acceptedConnection) {
    waiting.addLast(new PendingConnection(acceptedConnection, this));
    dispatch();
  }

  /// Closes the daemon's copy of a connection that a worker has accepted, or offers a refused
  /// connection to the other workers.
  void answered(NodeWorker worker, PendingConnection pendingConnection, boolean accepted) {
    if (accepted) {
      pendingConnection.connection().close();
    } else {
      if (workers.contains(worker)) {
        pendingConnection.refused().add(worker.id());
      }
      waiting.addFirst(pendingConnection);
    }
    dispatch();
  }

  /// Offers a connection to the other workers because its worker died before it answered.
  void redispatch(PendingConnection pendingConnection) {
    waiting.addFirst(pendingConnection);
    dispatch();
  }

  /// Hands waiting connections to the workers that can accept them.
  void dispatch() {
    while (!waiting.isEmpty() && handFirst()) {
      // Each call hands one connection to the next worker.
    }
  }

  private boolean handFirst() {
    PendingConnection first = waiting.getFirst();
    if (!workers.isEmpty() && refusedByAll(first)) {
      // All workers have reached maxConnections. Node without a cluster also closes the connection.
      waiting.removeFirst().connection().close();
      return true;
    }
    for (int left = workers.size(); left > 0; left--) {
      NodeWorker worker = workers.removeFirst();
      workers.addLast(worker);
      if (worker.isFree() && !first.refused().contains(worker.id())) {
        waiting.removeFirst();
        if (!sender.send(worker, first)) {
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

  /// Closes the waiting connections.
  void close() {
    waiting.forEach(pendingConnection -> pendingConnection.connection().close());
    waiting.clear();
  }
}
