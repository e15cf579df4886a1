package io.jpm.serve;

import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.http.HttpServerResponse;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;

/// The answers that are not sent yet. Vert.x's own graceful shutdown waits for its whole time, also
/// when there is nothing to wait for.
final class PendingResponses {
  private final AtomicInteger answers = new AtomicInteger();
  private final Promise<Void> none = Promise.promise();
  private volatile boolean ending;

  /// Counts an answer until it is sent, or its client is gone.
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

  /// Done when there is none; from now on connections end with their answer.
  Future<Void> ended() {
    ending = true;
    if (answers.get() == 0) {
      none.tryComplete();
    }
    return none.future();
  }
}
