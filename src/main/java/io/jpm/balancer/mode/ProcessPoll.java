package io.jpm.balancer.mode;

import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.Objects;
import java.util.Optional;

/// Polls a process until an observation succeeds, for example that the process accepts connections.
/// Polls frequently during the first minute and rarely after that, because a process that runs no
/// server never listens. Owned by ClusterBalancer's context.
///
/// @param <T> the type of the result
public final class ProcessPoll<T> {
  private static final Logger LOG = System.getLogger("jpm.balancer");
  private static final long FIRST_MILLIS = 50;
  private static final long LONGEST_MILLIS = 500;
  private static final long PATIENCE_MILLIS = 60_000;
  private static final long RARELY_MILLIS = 5_000;

  private final Vertx vertx;
  private final String what;
  private final PollTask<T> pollTask;

  /// Inspects the process and receives the result.
  ///
  /// @param <T> the type of the result
  public interface PollTask<T> {
    /// Reports whether the result is still needed. Called on the context.
    boolean isResultNeeded();

    /// Inspects the process once and returns the result; empty if there is no result yet. Called on
    /// a worker thread; may block for several milliseconds.
    Optional<T> inspect() throws Exception;

    /// Receives the result. Called at most once, on the context.
    void onResult(T sight);
  }

  /// Creates a poll that does nothing until [#begin] is called.
  ///
  /// @param what the name of the app, for log lines
  public ProcessPoll(Vertx vertx, String what, PollTask<T> pollTask) {
    this.vertx = vertx;
    this.what = what;
    this.pollTask = pollTask;
  }

  /// Starts polling.
  public void begin() {
    later(FIRST_MILLIS, 0);
  }

  private void later(long millis, long passed) {
    vertx.setTimer(millis, _ -> look(millis, passed + millis));
  }

  private void look(long millis, long passed) {
    if (!pollTask.isResultNeeded()) {
      return;
    }
    vertx
        .executeBlocking(pollTask::inspect, false)
        .map(Objects::requireNonNull)
        .onSuccess(sight -> {
          if (sight.isEmpty()) {
            again(millis, passed);
          } else if (pollTask.isResultNeeded()) {
            pollTask.onResult(sight.get());
          }
        })
        .onFailure(error -> {
          LOG.log(Level.WARNING, what + ": cannot determine where it listens", error);
          again(millis, passed);
        });
  }

  private void again(long millis, long passed) {
    long next = Math.min(millis * 5 / 4, LONGEST_MILLIS);
    later(passed < PATIENCE_MILLIS ? next : RARELY_MILLIS, passed);
  }
}
