package io.jpm.balancer.handover;

import io.jpm.balancer.jvm.AgentNews;
import io.jpm.model.AppName;
import io.jpm.model.AppSpec;
import io.jpm.model.BalancingMode;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.WorkerId;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;

/// A process in fork mode. Owned by ClusterBalancer's context.
final class ForkProcess {
  final WorkerId id;

  /// What it was made for: [BalancingMode#NODE], [BalancingMode#JVM], or [BalancingMode#OFF].
  final BalancingMode made;

  final AppName app;

  /// How long it may take to finish its connections.
  final Duration drain;

  /// Empty until it runs.
  Optional<ProcessIdentity> process = Optional.empty();

  /// Whether it has workers of Node's own.
  boolean ownWorkers;

  /// Whether what listens may be a process that this one has started.
  final boolean launcher;

  /// The kernel's numbers of the sockets that can be drained, as far as the process says so: Node
  /// below a launcher, and Java.
  final Set<Long> told = new HashSet<>();

  /// The processes that have used its channel themselves to say that they listen.
  final Set<Long> speakers = new HashSet<>();

  /// It was said to listen before it was said to run.
  boolean early;

  /// Whether it takes no client on what it was given before it is told to.
  final boolean held;

  /// Whether it is no process of an app in cluster mode.
  final boolean fork;

  /// Whether clients may come.
  boolean ready;

  /// Leads clients to it where it listens beside another process; empty until it listens.
  Optional<Runnable> lead = Optional.empty();

  /// The kernel's numbers of its sockets that clients were led to from those of the process before.
  volatile Set<Long> beside = Set.of();

  /// Whether clients were led to it from the one that it follows.
  boolean led;

  /// What it says of where checks reach it meanwhile.
  AgentNews reached = AgentNews.NONE;

  boolean ended;

  /// Who waits for its last connection.
  Optional<Promise<Integer>> draining = Optional.empty();

  ForkProcess(WorkerId id, BalancingMode made, boolean launcher, boolean held, AppSpec spec) {
    this.id = id;
    this.launcher = launcher;
    this.held = held;
    this.made = made;
    this.app = spec.name();
    this.drain = spec.cluster().drain();
    this.fork = !spec.cluster().enabled();
  }
}
