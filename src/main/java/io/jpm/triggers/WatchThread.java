package io.jpm.triggers;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The thread for all file watching. It reads directories and files, which must not be done on an
/// event loop, and is started by the first watch. A failed task is reported and does not stop the
/// thread.
final class WatchThread implements Executor, AutoCloseable {
  private final ScheduledThreadPoolExecutor executor =
      new ScheduledThreadPoolExecutor(
          1, task -> Thread.ofPlatform().name("jpm-watch").daemon().unstarted(task));

  WatchThread() {
    executor.setRemoveOnCancelPolicy(true);
  }

  @Override
  public void execute(Runnable task) {
    executor.execute(task);
  }

  /// Runs a task. Does nothing after [#close].
  void execute(Runnable task, Consumer<RuntimeException> onFailure) {
    try {
      executor.execute(guarded(task, onFailure));
    } catch (RejectedExecutionException closed) {
      // All watches have been closed.
    }
  }

  /// Runs a task after `time`. After [#close], does nothing and returns null.
  @Nullable Future<?> schedule(Duration time, Runnable task, Consumer<RuntimeException> onFailure) {
    try {
      return executor.schedule(guarded(task, onFailure), time.toNanos(), TimeUnit.NANOSECONDS);
    } catch (RejectedExecutionException closed) {
      return null;
    }
  }

  private static Runnable guarded(Runnable task, Consumer<RuntimeException> onFailure) {
    return () -> {
      try {
        task.run();
      } catch (RuntimeException failure) {
        onFailure.accept(failure);
      }
    };
  }

  @Override
  public void close() {
    executor.shutdownNow();
  }
}
