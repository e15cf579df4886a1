package io.jpm.balancer.jvm;

import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.WorkerId;
import io.vertx.core.Promise;
import java.util.Optional;

/// A process that runs. Owned by ClusterBalancer's context.
final class Worker {
  final WorkerId id;
  final ProcessIdentity process;
  final AppSpec spec;
  final AppName app;

  /// It was seen to take connections.
  boolean listening;

  /// It has a socket of its own for probes beside those that it shares, and takes connections of
  /// clients as it is told.
  final boolean probed;

  /// What its agent has said last.
  AgentNews said = AgentNews.NONE;

  /// It may take connections of clients: its readiness was told, or is not waited for.
  boolean ready;

  /// Its readiness check does not fail.
  boolean fit = true;

  /// What it was last told about connections of clients; empty: nothing that is known.
  Optional<Boolean> taking;

  /// It was seen to have ended; nothing more is looked at or told.
  boolean ended;

  /// Who waits for its last connection.
  Optional<Promise<Integer>> draining = Optional.empty();

  /// @param probed whether it was made with sockets of its own for probes
  /// @param ready whether it was told to be ready by a former daemon
  Worker(WorkerId id, ProcessIdentity process, AppSpec spec, boolean probed, boolean ready) {
    this.id = id;
    this.process = process;
    this.spec = spec;
    this.probed = probed;
    this.ready = ready || !spec.readinessIsTold();
    taking = ready ? Optional.empty() : Optional.of(!spec.readinessIsTold());
    app = spec.name();
  }
}
