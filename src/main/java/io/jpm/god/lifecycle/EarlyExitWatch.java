package io.jpm.god.lifecycle;

import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.model.process.Phase;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;

/// Detects started processes that exit immediately. For example, a program whose port is in use
/// runs briefly before it fails. Confined to GodVerticle's context.
public final class EarlyExitWatch {
  /// How long a process is watched. Most programs that fail do so within this time. Node needs 40
  /// ms to run the first line, and a JVM needs 100 to 200 ms.
  static final Duration LENGTH = Duration.ofMillis(300);

  private final Vertx vertx;
  private final GodContext god;

  EarlyExitWatch(Vertx vertx, GodContext god) {
    this.vertx = vertx;
    this.god = god;
  }

  /// Waits until each of `instances` has run for [#LENGTH] since it was started by a command, or
  /// has exited. Waits for all of them at the same time. Instances with explicit readiness are
  /// skipped, because the caller has already waited for their readiness.
  ///
  /// @param instances the instances, which must have settled
  /// @return the instances that have failed, except errored ones, which are reported elsewhere
  public Future<List<SupervisedInstance>> of(List<SupervisedInstance> instances) {
    long now = god.nanoTime().getAsLong();
    long left =
        instances.stream()
            .mapToLong(supervisedInstance -> left(supervisedInstance, now))
            .max()
            .orElse(0);
    Future<Void> passed =
        left <= 0
            ? Future.succeededFuture()
            : vertx
                .timer(TimeUnit.NANOSECONDS.toMillis(left) + 1, TimeUnit.MILLISECONDS)
                .mapEmpty();
    return passed.map(_ -> instances.stream().filter(EarlyExitWatch::hasEnded).toList());
  }

  /// Returns the instances among `instances` that have no process now and must therefore be watched
  /// after a start.
  public static List<SupervisedInstance> withoutProcess(List<SupervisedInstance> instances) {
    return instances.stream()
        .filter(supervisedInstance ->
            !DependencySequence.isRunning(supervisedInstance)
                || supervisedInstance.state.phase() == Phase.WAITING_RESTART)
        .toList();
  }

  /// Returns how much longer the instance must run, in nanoseconds; 0 or less if it need not be
  /// watched.
  private static long left(SupervisedInstance supervisedInstance, long now) {
    boolean open =
        supervisedInstance.state.phase() == Phase.ONLINE
            && supervisedInstance.earlyFailure.isEmpty()
            && !supervisedInstance.removed
            && !supervisedInstance.hasExplicitReadiness();
    return open ? supervisedInstance.state.onlineSinceNanos() + LENGTH.toNanos() - now : 0;
  }

  /// Reports whether the instance has failed. An instance with explicit readiness that is ready has
  /// not failed, even if earlier attempts did.
  private static boolean hasEnded(SupervisedInstance supervisedInstance) {
    boolean ready =
        supervisedInstance.hasExplicitReadiness()
            && supervisedInstance.state.phase() == Phase.ONLINE;
    return !supervisedInstance.earlyFailure.isEmpty()
        && !ready
        && !supervisedInstance.removed
        && supervisedInstance.state.phase() != Phase.ERRORED;
  }

  /// Returns a message about why the instance has failed.
  public static String words(SupervisedInstance supervisedInstance) {
    return supervisedInstance.title() + ": " + supervisedInstance.earlyFailure;
  }
}
