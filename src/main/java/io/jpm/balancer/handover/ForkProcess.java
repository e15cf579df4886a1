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

  /// The mechanism with which it was started: [BalancingMode#NODE] for the preload script,
  /// [BalancingMode#JVM] for the agent, or [BalancingMode#OFF] for none.
  final BalancingMode made;

  final AppName app;

  /// How long it may take to finish its connections.
  final Duration drain;

  /// Empty until it runs.
  Optional<ProcessIdentity> process = Optional.empty();

  /// Whether it has workers of its own (`node:cluster`).
  boolean ownWorkers;

  /// Whether the process that listens may be a child of this one.
  final boolean launcher;

  /// The inodes of the sockets that can be drained, as reported by Node below a launcher and by
  /// Java.
  final Set<Long> told = new HashSet<>();

  /// The pids of the processes that have reported over its IPC channel themselves that they listen.
  final Set<Long> speakers = new HashSet<>();

  /// Whether it was reported to listen before it was reported to run.
  boolean early;

  /// Whether it is gated: it receives no clients through the handover before it is admitted.
  final boolean gated;

  /// Whether its app is in fork mode, not in cluster mode.
  final boolean fork;

  /// Whether clients may connect.
  boolean ready;

  /// Directs clients to it if it listens beside another process; empty until it listens.
  Optional<Runnable> lead = Optional.empty();

  /// The inodes of its sockets to which clients were directed from those of the previous process.
  volatile Set<Long> beside = Set.of();

  /// Whether clients were directed to it from the process that it replaces.
  boolean led;

  /// Its last report of where probes reach it until then.
  AgentReport reached = AgentReport.NONE;

  boolean ended;

  /// Completes when it has drained; empty unless it is draining.
  Optional<Promise<Integer>> draining = Optional.empty();

  ForkProcess(WorkerId id, BalancingMode made, boolean launcher, boolean held, AppSpec spec) {
    this.id = id;
    this.launcher = launcher;
    this.gated = held;
    this.made = made;
    this.app = spec.name();
    this.drain = spec.cluster().drain();
    this.fork = !spec.cluster().enabled();
  }
}
