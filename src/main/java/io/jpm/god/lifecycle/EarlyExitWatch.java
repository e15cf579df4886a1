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

/// Detects started processes that exit immediately: a program that lacks a file, or whose port is
/// in use, runs briefly before it fails. Confined to GodVerticle's context.
public final class EarlyExitWatch {
  /// The time that most programs need to fail: Node takes 40 ms to run the first line, a JVM 100 to
  /// 200 ms.
  static final Duration LENGTH = Duration.ofMillis(300);

  private final Vertx vertx;
  private final GodContext god;

  EarlyExitWatch(Vertx vertx, GodContext god) {
    this.vertx = vertx;
    this.god = god;
  }

  /// Waits until each of `instances` has run for [#LENGTH] after its start by command, or has
  /// ended; for all at the same time. Instances with explicit readiness have been awaited already.
  ///
  /// @param instances instances that have settled
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

  /// Returns those of `instances` that must be watched after a start: they have no process now.
  public static List<SupervisedInstance> withoutProcess(List<SupervisedInstance> instances) {
    return instances.stream()
        .filter(supervisedInstance ->
            !DependencySequence.isRunning(supervisedInstance)
                || supervisedInstance.state.phase() == Phase.WAITING_RESTART)
        .toList();
  }

  /// Returns how long `instance` must still run, in nanoseconds; 0 or less if it need not be
  /// watched.
  private static long left(SupervisedInstance supervisedInstance, long now) {
    boolean open =
        supervisedInstance.state.phase() == Phase.ONLINE
            && supervisedInstance.earlyEnd.isEmpty()
            && !supervisedInstance.removed
            && !supervisedInstance.readinessIsTold();
    return open ? supervisedInstance.state.onlineSinceNanos() + LENGTH.toNanos() - now : 0;
  }

  /// An instance with explicit readiness that is ready now was awaited, regardless of earlier
  /// failures.
  private static boolean hasEnded(SupervisedInstance supervisedInstance) {
    boolean ready =
        supervisedInstance.readinessIsTold() && supervisedInstance.state.phase() == Phase.ONLINE;
    return !supervisedInstance.earlyEnd.isEmpty()
        && !ready
        && !supervisedInstance.removed
        && supervisedInstance.state.phase() != Phase.ERRORED;
  }

  /// Returns the message why it has failed.
  public static String words(SupervisedInstance supervisedInstance) {
    return supervisedInstance.title() + ": " + supervisedInstance.earlyEnd;
  }
}
