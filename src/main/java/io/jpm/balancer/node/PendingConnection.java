package io.jpm.balancer.node;

import io.jpm.model.process.WorkerId;
import io.jpm.os.AcceptedConnection;
import java.util.HashSet;
import java.util.Set;

/// An accepted connection that no worker has taken yet.
///
/// @param dispatcher the round robin that it belongs to
/// @param refused the workers that listen but have refused it (`server.maxConnections`)
record PendingConnection(
    AcceptedConnection connection, RoundRobinDispatcher dispatcher, Set<WorkerId> refused) {
  PendingConnection(AcceptedConnection connection, RoundRobinDispatcher turn) {
    this(connection, turn, new HashSet<>());
  }
}
