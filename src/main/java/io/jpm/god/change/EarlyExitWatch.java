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

/// Finds out which of the processes just started end at once: a program that lacks a file or whose
/// port is taken runs for a moment before it knows. Owned by GodVerticle's context.
public final class EarlyExitWatch {
  /// As long as most programs need to fail: Node needs 40 ms until it runs the first line, a JVM
  /// 100 to 200 ms.
  static final Duration LENGTH = Duration.ofMillis(300);

  private final Vertx vertx;
  private final GodContext god;

  EarlyExitWatch(Vertx vertx, GodContext god) {
    this.vertx = vertx;
    this.god = god;
  }

  /// Waits until each of `instances` has lasted for a moment since it was started by command, or
  /// has ended; all at the same time. What says itself when it is ready has been waited for
  /// already.
  ///
  /// @param instances those that have settled
  /// @return those that have ended, but for those that were given up and say so themselves
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

  /// Those of `instances` that are to last when they are started: they have no process now.
  public static List<Instance> atRest(List<Instance> instances) {
    return instances.stream()
        .filter(instance ->
            !DependencySequence.isRunning(instance)
                || instance.state.phase() == Phase.WAITING_RESTART)
        .toList();
  }

  /// How long `instance` has to last yet, in nanoseconds; less than 1: no longer.
  private static long left(Instance instance, long now) {
    boolean open =
        instance.state.phase() == Phase.ONLINE
            && instance.earlyEnd.isEmpty()
            && !instance.removed
            && !instance.readinessIsTold();
    return open ? instance.state.onlineSinceNanos() + LENGTH.toNanos() - now : 0;
  }

  /// One that tells when it is ready, and is so now, was waited for however often it began.
  private static boolean hasEnded(Instance instance) {
    boolean ready = instance.readinessIsTold() && instance.state.phase() == Phase.ONLINE;
    return !instance.earlyEnd.isEmpty()
        && !ready
        && !instance.removed
        && instance.state.phase() != Phase.ERRORED;
  }

  /// Why it has ended.
  public static String words(Instance instance) {
    return instance.title() + ": " + instance.earlyEnd;
  }
}
