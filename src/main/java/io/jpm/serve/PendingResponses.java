package io.jpm.serve;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// Counts the responses that have not been sent completely. Vert.x's own graceful shutdown always
/// waits for the whole timeout, even if no response is pending.
final class PendingResponses {
  private final AtomicInteger answers = new AtomicInteger();
  private final Promise<Void> none = Promise.promise();
  private volatile boolean ending;

  /// Counts a response until it has been sent or its client has disconnected.
  void add(HttpServerResponse response) {
    if (ending) {
      response.putHeader("Connection", "close");
    }
    answers.incrementAndGet();
    AtomicBoolean over = new AtomicBoolean();
    response.endHandler(_ -> end(over));
    response.closeHandler(_ -> end(over));
  }

  private void end(AtomicBoolean over) {
    if (over.compareAndSet(false, true) && answers.decrementAndGet() == 0 && ending) {
      none.tryComplete();
    }
  }

  /// From now on, closes each connection after its response. The returned future completes when no
  /// response is pending.
  Future<Void> awaitNone() {
    ending = true;
    if (answers.get() == 0) {
      none.tryComplete();
    }
    return none.future();
  }
}
