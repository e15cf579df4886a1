package io.jpm.balancer.jvm;

import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.vertx.core.Promise;
import java.util.Optional;

/// The state of a running Java process. Owned by ClusterBalancer's context.
final class JvmWorker {
  final WorkerId id;
  final ProcessIdentity process;
  final AppSpec spec;
  final AppName app;

  /// Whether it was seen to accept connections.
  boolean listening;

  /// Whether it has a private socket for probes beside each shared one, and accepts client
  /// connections only as [IntakeControl] tells it.
  final boolean probed;

  /// The last report of its agent.
  AgentReport said = AgentReport.NONE;

  /// Whether it may accept client connections: its readiness was reported, or is not waited for.
  boolean ready;

  /// False while its readiness probe fails.
  boolean fit = true;

  /// Whether it was last told to accept client connections; empty if that is not known.
  Optional<Boolean> taking;

  /// Whether it was seen to have ended; it is no longer inspected or sent messages.
  boolean ended;

  /// Completes when it has drained; empty unless it is draining.
  Optional<Promise<Integer>> draining = Optional.empty();

  /// @param probed whether it was started with private sockets for probes
  /// @param ready whether an earlier daemon recorded it as ready
  JvmWorker(WorkerId id, ProcessIdentity process, AppSpec spec, boolean probed, boolean ready) {
    this.id = id;
    this.process = process;
    this.spec = spec;
    this.probed = probed;
    this.ready = ready || !spec.hasReadinessSignal();
    taking = ready ? Optional.empty() : Optional.of(!spec.hasReadinessSignal());
    app = spec.name();
  }
}
