package io.jpm.bus;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.Objects;
import java.util.concurrent.Callable;

/// Runs what blocks on a worker thread, one after the other for each verticle, and brings the
/// result back to its context.
public final class Blocking {
  private Blocking() {}

  /// The outcome of `work`, which must not be null.
  public static <T> Future<T> call(Vertx vertx, Callable<T> work) {
    return vertx.executeBlocking(work).map(Objects::requireNonNull);
  }
}
