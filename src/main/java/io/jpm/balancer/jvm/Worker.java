package io.jpm.balancer.jvm;

import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.ProcessIdentity;
import io.jpm.model.WorkerId;
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

  /// It was seen to have ended; nothing more is looked at or told.
  boolean ended;

  /// Who waits for its last connection.
  Optional<Promise<Integer>> draining = Optional.empty();

  Worker(WorkerId id, ProcessIdentity process, AppSpec spec) {
    this.id = id;
    this.process = process;
    this.spec = spec;
    app = spec.name();
  }
}
