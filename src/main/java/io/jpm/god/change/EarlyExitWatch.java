package io.jpm.god.change;

import io.jpm.god.instance.GodContext;
import io.jpm.god.instance.Instance;
import io.jpm.god.supervision.DependencySequence;
import io.jpm.model.run.Phase;
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
  public Future<List<Instance>> of(List<Instance> instances) {
    long now = god.nanoTime().getAsLong();
    long left = instances.stream().mapToLong(instance -> left(instance, now)).max().orElse(0);
    Future<Void> passed =
        left <= 0
            ? Future.succeededFuture()
            : vertx
                .timer(TimeUnit.NANOSECONDS.toMillis(left) + 1, TimeUnit.MILLISECONDS)
                .mapEmpty();
    return passed.map(_ -> instances.stream().filter(EarlyExitWatch::hasEnded).toList());
  }

  /// Returns those of `instances` that must be watched after a start: they have no process now.
  public static List<Instance> atRest(List<Instance> instances) {
    return instances.stream()
        .filter(instance ->
            !DependencySequence.isRunning(instance)
                || instance.state.phase() == Phase.WAITING_RESTART)
        .toList();
  }

  /// Returns how long `instance` must still run, in nanoseconds; 0 or less if it need not be
  /// watched.
  private static long left(Instance instance, long now) {
    boolean open =
        instance.state.phase() == Phase.ONLINE
            && instance.earlyEnd.isEmpty()
            && !instance.removed
            && !instance.readinessIsTold();
    return open ? instance.state.onlineSinceNanos() + LENGTH.toNanos() - now : 0;
  }

  /// An instance with explicit readiness that is ready now was awaited, regardless of earlier
  /// failures.
  private static boolean hasEnded(Instance instance) {
    boolean ready = instance.readinessIsTold() && instance.state.phase() == Phase.ONLINE;
    return !instance.earlyEnd.isEmpty()
        && !ready
        && !instance.removed
        && instance.state.phase() != Phase.ERRORED;
  }

  /// Returns the message why it has failed.
  public static String words(Instance instance) {
    return instance.title() + ": " + instance.earlyEnd;
  }
}
