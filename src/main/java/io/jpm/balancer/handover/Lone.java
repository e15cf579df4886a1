package io.jpm.balancer.handover;

import io.jpm.model.Balance;
import io.jpm.model.ProcessIdentity;
import io.jpm.model.WorkerId;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Optional;

/// A process in fork mode. Owned by ClusterBalancer's context.
final class Lone {
  final WorkerId id;

  /// What it was made for: [Balance#NODE], [Balance#JVM], or [Balance#OFF].
  final Balance made;

  /// How long it may take to finish its connections.
  final Duration drain;

  /// Empty until it runs.
  Optional<ProcessIdentity> process = Optional.empty();

  /// Whether it has workers of Node's own.
  boolean ownWorkers;

  /// It was said to listen before it was said to run.
  boolean early;

  boolean ended;

  /// Who waits for its last connection.
  Optional<Promise<Integer>> draining = Optional.empty();

  Lone(WorkerId id, Balance made, Duration drain) {
    this.id = id;
    this.made = made;
    this.drain = drain;
  }
}
