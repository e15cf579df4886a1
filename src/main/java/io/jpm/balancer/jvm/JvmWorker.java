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

  /// Whether the process was observed to accept connections.
  boolean listening;

  /// Whether the process has a private probe socket for each shared socket, and accepts client
  /// connections only when [ClientAdmission] tells it to.
  final boolean probed;

  /// The last report from the agent in the process.
  AgentReport lastReport = AgentReport.NONE;

  /// Whether the process may accept client connections, because its readiness was reported or the
  /// app does not report readiness.
  boolean ready;

  /// False while the readiness probe of the process fails.
  boolean fit = true;

  /// Whether the last command to the process was to accept client connections (`accept`) rather
  /// than to pause; empty if it is not known.
  Optional<Boolean> taking;

  /// Whether the process has terminated. If so, it is no longer inspected and receives no messages.
  boolean ended;

  /// Completes when the process has drained; empty unless the process is draining.
  Optional<Promise<Integer>> draining = Optional.empty();

  /// @param probed whether the process was started with private sockets for probes
  /// @param ready whether an earlier daemon recorded the process as ready
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
