package io.jpm.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Objects;
import java.util.concurrent.Callable;

/// Runs a verticle's blocking calls on a worker thread, one at a time, and returns their results to
/// the verticle's context.
public final class BlockingCalls {
  private BlockingCalls() {}

  /// Runs `work` on a worker thread and returns its result, which must not be null.
  public static <T> Future<T> call(Vertx vertx, Callable<T> work) {
    return vertx.executeBlocking(work).map(Objects::requireNonNull);
  }
}
