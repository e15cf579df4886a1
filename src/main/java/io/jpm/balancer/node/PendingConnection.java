package io.jpm.balancer.node;

import io.jpm.model.run.WorkerId;
import io.jpm.os.Connection;
import java.util.HashSet;
import java.util.Set;

/// A connection that looks for a worker.
///
/// @param turn whose it is
/// @param refused the workers that listen but would not have it (`server.maxConnections`)
record PendingConnection(Connection connection, RoundRobin turn, Set<WorkerId> refused) {
  PendingConnection(Connection connection, RoundRobin turn) {
    this(connection, turn, new HashSet<>());
  }
}
