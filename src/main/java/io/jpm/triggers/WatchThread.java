package io.jpm.triggers;

import java.time.Duration;
import java.util.concurrent.Executor;
import java.util.concurrent.Future;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// The one thread that owns all watches. It begins with the first of them and reads directories and
/// files, which an event loop must not. What fails on it is told and stops nothing.
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

  /// Does nothing when closed.
  void execute(Runnable task, Consumer<RuntimeException> onFailure) {
    try {
      executor.execute(guarded(task, onFailure));
    } catch (RejectedExecutionException closed) {
      // All watches have ended.
    }
  }

  /// Later; nothing when closed.
  @Nullable Future<?> after(Duration time, Runnable task, Consumer<RuntimeException> onFailure) {
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
