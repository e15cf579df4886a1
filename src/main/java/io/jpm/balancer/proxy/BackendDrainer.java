package io.jpm.balancer.proxy;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.function.LongSupplier;

/// Waits until the connections of a draining process are closed. Owned by the balancer's context.
final class BackendDrainer {
  private static final Duration LOOK = Duration.ofMillis(50);

  /// The number of polls between attempts to close idle connections. Attempts are rare because
  /// there may be thousands of connections to check.
  private static final int LOOKS = 10;

  private final Vertx vertx;
  private final LongSupplier nanoTime;
  private final ProxyListener proxyListener;
  private final Backend backend;
  private final long deadline;
  private final Promise<Integer> left = Promise.promise();
  private long timer;
  private int looks;

  BackendDrainer(Vertx vertx, LongSupplier nanoTime, ProxyListener proxyListener, Backend backend) {
    this.vertx = vertx;
    this.nanoTime = nanoTime;
    this.proxyListener = proxyListener;
    this.backend = backend;
    this.deadline = nanoTime.getAsLong() + backend.cluster().drain().toNanos();
  }

  /// Starts polling.
  ///
  /// @return the number of remaining connections
  Future<Integer> start() {
    timer = vertx.setPeriodic(LOOK.toMillis(), _ -> look());
    look();
    return left.future();
  }

  Future<Integer> left() {
    return left.future();
  }

  /// Stops waiting, because the timeout has expired or the process has terminated.
  void finish() {
    vertx.cancelTimer(timer);
    left.tryComplete(backend.open());
  }

  private void look() {
    if (backend.open() == 0 || nanoTime.getAsLong() - deadline >= 0) {
      finish();
    } else if (looks++ % LOOKS == 0) {
      proxyListener.endIdle(backend);
    }
  }
}
