package io.jpm.balancer.handover;

import io.jpm.balancer.jvm.AgentReport;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// The handover state of a process in fork mode. Owned by ClusterBalancer's context.
final class ForkProcess {
  final WorkerId id;

  /// The handover mechanism with which the process was started: [BalancingMode#NODE] for the
  /// preload script, [BalancingMode#JVM] for the agent, or [BalancingMode#OFF] for none.
  final BalancingMode mechanism;

  final AppName app;

  /// How long the process may take to finish its connections.
  final Duration drain;

  /// The identity of the process; empty until it is running.
  Optional<ProcessIdentity> process = Optional.empty();

  /// Whether the process has workers of its own (`node:cluster`).
  boolean ownWorkers;

  /// Whether the process is a launcher: a child of it may be the process that listens.
  final boolean launcher;

  /// The inodes of the sockets that can be drained, as reported by Java and by Node below a
  /// launcher.
  final Set<Long> drainableInodes = new HashSet<>();

  /// The pids of the processes that have themselves reported over the IPC channel that they listen.
  final Set<Long> reportingPids = new HashSet<>();

  /// Whether the process reported that it listens before its start was reported.
  boolean listeningBeforeStart;

  /// Whether the process is gated: it receives no clients through the handover until it is
  /// admitted.
  final boolean gated;

  /// Whether the app is in fork mode, not in cluster mode.
  final boolean fork;

  /// Whether clients may connect to the process.
  boolean ready;

  /// Directs clients to the process if it listens beside another process; empty until it listens.
  Optional<Runnable> redirectClients = Optional.empty();

  /// The inodes of this process's sockets to which clients were directed instead of those of the
  /// previous process.
  volatile Set<Long> redirectedInodes = Set.of();

  /// Whether clients were directed to this process from the process that it replaces.
  boolean clientsRedirected;

  /// The last report of the addresses at which probes reach the process until it is admitted.
  AgentReport lastReport = AgentReport.NONE;

  boolean ended;

  /// Completes when the process has drained; empty unless the process is draining.
  Optional<Promise<Integer>> draining = Optional.empty();

  ForkProcess(WorkerId id, BalancingMode made, boolean launcher, boolean held, AppSpec spec) {
    this.id = id;
    this.launcher = launcher;
    this.gated = held;
    this.mechanism = made;
    this.app = spec.name();
    this.drain = spec.cluster().drain();
    this.fork = !spec.cluster().enabled();
  }
}
