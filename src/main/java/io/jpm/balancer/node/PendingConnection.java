package io.jpm.balancer.node;

import io.jpm.model.run.WorkerId;
import io.jpm.os.Connection;
import java.util.HashSet;
import java.util.Set;

/// An accepted connection that no worker has taken yet.
///
/// @param turn the round robin that it belongs to
/// @param refused the workers that listen but have refused it (`server.maxConnections`)
record PendingConnection(Connection connection, RoundRobin turn, Set<WorkerId> refused) {
  PendingConnection(Connection connection, RoundRobin turn) {
    this(connection, turn, new HashSet<>());
  }
}
