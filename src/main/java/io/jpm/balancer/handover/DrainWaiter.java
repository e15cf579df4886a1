package io.jpm.balancer.handover;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.ProcessHost;
import io.jpm.os.TreeListener;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.Set;
import java.util.stream.Collectors;

/// Waits until a process that has stopped accepting connections has no open connections. Owned by
/// ClusterBalancer's context.
final class DrainWaiter {
  private static final long FIRST_MILLIS = 50;
  private static final long LONGEST_MILLIS = 250;

  private final Vertx vertx;
  private final ProcessHost host;
  private final ProcessIdentity process;
  private final Promise<Integer> done;
  private boolean timeOver;

  /// The previous count. Two consecutive counts of 0 are required, because a connection that is
  /// being accepted does not belong to any process for a moment.
  private int last = Integer.MAX_VALUE;

  DrainWaiter(Vertx vertx, ProcessHost host, ProcessIdentity process, Promise<Integer> done) {
    this.vertx = vertx;
    this.host = host;
    this.process = process;
    this.done = done;
  }

  /// Starts counting.
  ///
  /// @param most the timeout; when it expires, the wait ends with the number of remaining
  ///   connections
  void await(Duration most) {
    long alarm = vertx.setTimer(Math.max(1, most.toMillis()), _ -> timeOver = true);
    done.future().onComplete(_ -> vertx.cancelTimer(alarm));
    look(FIRST_MILLIS);
  }

  private void look(long millis) {
    if (!done.future().isComplete()) {
      vertx
          .executeBlocking(this::count, false)
          .onSuccess(count -> counted(count, millis))
          .onFailure(done::tryFail);
    }
  }

  private int count() {
    Set<Integer> ports =
        host.listenersOf(process).stream()
            .map(TreeListener::address)
            .map(at -> at.getPort())
            .collect(Collectors.toSet());
    return host.connections(process, ports);
  }

  private void counted(int count, long millis) {
    if (timeOver || (count == 0 && last == 0)) {
      done.tryComplete(count);
      return;
    }
    last = count;
    vertx.setTimer(millis, _ -> look(Math.min(millis * 5 / 4, LONGEST_MILLIS)));
  }
}
