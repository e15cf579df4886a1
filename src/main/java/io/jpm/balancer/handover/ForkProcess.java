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

  /// Whether the process is a launcher, such as a shell or npm, whose child may be the process that
  /// listens.
  final boolean launcher;

  /// The inodes of the sockets that can be drained, as reported by a Java process or by a Node
  /// process below a launcher.
  final Set<Long> drainableInodes = new HashSet<>();

  /// The pids of all processes that have reported over the instance's IPC channel that they listen.
  final Set<Long> reportingPids = new HashSet<>();

  /// Whether the report that the process listens arrived before the report of its start.
  boolean listeningBeforeStart;

  /// Whether the process is gated: it receives no client connections until it is admitted.
  final boolean gated;

  /// Whether the app is in fork mode, not in cluster mode.
  final boolean fork;

  /// Whether clients may connect to the process.
  boolean ready;

  /// Directs clients to this process instead of the one that it listens beside; empty until it
  /// listens.
  Optional<Runnable> redirectClients = Optional.empty();

  /// The inodes of this process's sockets that receive the clients of the previous process.
  volatile Set<Long> redirectedInodes = Set.of();

  /// Whether clients are now directed to this process instead of the process that it replaces.
  boolean clientsRedirected;

  /// The last report of the private addresses at which probes reach the process until it is
  /// admitted.
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
