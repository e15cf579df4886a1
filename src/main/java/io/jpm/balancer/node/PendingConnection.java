package io.jpm.balancer.node;

import io.jpm.model.process.WorkerId;
import io.jpm.os.AcceptedConnection;
import java.util.HashSet;
import java.util.Set;

/// A client connection that the daemon has accepted and no worker has taken over yet.
///
/// @param dispatcher the dispatcher of the socket on which the connection arrived
/// @param refused the listening workers that have refused the connection because of
///   `server.maxConnections`
record PendingConnection(
    AcceptedConnection connection, RoundRobinDispatcher dispatcher, Set<WorkerId> refused) {
  PendingConnection(AcceptedConnection connection, RoundRobinDispatcher turn) {
    this(connection, turn, new HashSet<>());
  }
}
