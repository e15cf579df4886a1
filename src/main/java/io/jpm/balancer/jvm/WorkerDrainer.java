package io.jpm.balancer.jvm;

import io.jpm.balancer.mode.WorkerMessages;
import io.jpm.os.ListenSocketRegistry;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.Optional;

/// Drains a Java process: makes it stop accepting connections and waits until it has no open
/// connections. Owned by ClusterBalancer's context.
final class WorkerDrainer {
  private static final long FIRST_MILLIS = 50;
  private static final long LONGEST_MILLIS = 250;

  private final Vertx vertx;
  private final ProcessHost host;
  private final ListenSocketRegistry store;

  WorkerDrainer(Vertx vertx, ProcessHost host, ListenSocketRegistry store) {
    this.vertx = vertx;
    this.host = host;
    this.store = store;
  }

  /// Drains the process, unless it is already draining.
  ///
  /// @return the number of remaining connections
  Future<Integer> drain(JvmWorker jvmWorker) {
    if (jvmWorker.draining.isPresent()) {
      return jvmWorker.draining.get().future();
    }
    Promise<Integer> done = Promise.promise();
    jvmWorker.draining = Optional.of(done);
    Round round = new Round(jvmWorker, done);
    vertx
        .executeBlocking(() -> host.send(jvmWorker.process, WorkerMessages.DRAIN), false)
        .onSuccess(round::ordered)
        .onFailure(done::tryFail);
    return done.future();
  }

  /// Counts the connections of one process repeatedly.
  private final class Round {
    private final JvmWorker jvmWorker;
    private final Promise<Integer> done;
    private long millis = FIRST_MILLIS;
    private boolean timeOver;

    /// The previous count. Two consecutive counts of 0 are required, because a connection that is
    /// being accepted does not belong to any process for a moment.
    private int last = Integer.MAX_VALUE;

    Round(JvmWorker jvmWorker, Promise<Integer> done) {
      this.jvmWorker = jvmWorker;
      this.done = done;
    }

    void ordered(boolean heard) {
      long most = jvmWorker.spec.cluster().drain().toMillis();
      if (heard && most > 0) {
        long alarm = vertx.setTimer(most, _ -> timeOver = true);
        done.future().onComplete(_ -> vertx.cancelTimer(alarm));
      } else {
        timeOver = true; // it keeps accepting connections: do not wait
      }
      look();
    }

    private void look() {
      if (done.future().isComplete()) {
        return;
      }
      vertx
          .executeBlocking(
              () ->
                  host.connections(jvmWorker.process, new AppSockets(store, jvmWorker.app).ports()),
              false)
          .onSuccess(this::counted)
          .onFailure(done::tryFail);
    }

    private void counted(int count) {
      if (timeOver || (count == 0 && last == 0)) {
        done.tryComplete(count);
        return;
      }
      last = count;
      vertx.setTimer(millis, _ -> look());
      millis = Math.min(millis * 5 / 4, LONGEST_MILLIS);
    }
  }
}
