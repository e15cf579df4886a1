package io.jpm.logs.write;

import java.io.IOException;
import java.util.Comparator;
import java.util.Optional;
import java.util.PriorityQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/// The thread that performs the writes of one user to one disk. A disk that hangs therefore does
/// not delay writes to other disks.
final class DiskExecutor implements AutoCloseable {
  private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final LineLayout.Scratch scratch = new LineLayout.Scratch();
  private final LongSupplier nanoTime;
  private final Thread thread;
  private volatile boolean closed;

  /// The monotonic time at which the current work began; 0 if the thread is idle.
  private volatile long busySince;

  /// Confined to the disk thread.
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong((Timer timer) -> timer.at));

  private record Timer(long at, Runnable work) {}

  /// @param name identifies the disk and the user in thread dumps
  /// @param nanoTime monotonic time
  DiskExecutor(String name, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    thread = Thread.ofPlatform().daemon().name("jpm-log-" + name).unstarted(this::run);
    thread.start();
  }

  /// Returns the buffers in which lines are formatted. Must be used only on the disk thread.
  LineLayout.Scratch scratch() {
    return scratch;
  }

  /// Work that is in the queue at most once, however often it is requested.
  final class Task {
    private final Runnable work;
    private final AtomicBoolean queued = new AtomicBoolean();

    Task(Runnable work) {
      this.work = work;
    }

    /// Queues the work. May be called on any thread.
    void wake() {
      if (queued.compareAndSet(false, true)) {
        queue.add(this::runNow);
      }
    }

    /// Queues the work after a delay. Must be called on the disk thread.
    void wakeAfter(long nanos) {
      timers.add(new Timer(nanoTime.getAsLong() + nanos, this::wake));
    }

    private void runNow() {
      queued.set(false);
      work.run();
    }
  }

  /// Runs `work` on the disk thread, after the work that is already queued. May be called on any
  /// thread.
  void execute(Runnable work) {
    queue.add(work);
  }

  /// Work that may fail with an I/O error.
  interface Work {
    void run() throws IOException;
  }

  /// Runs `work` on the disk thread and waits for it.
  ///
  /// @return false if the work has not finished within `seconds`; it is not canceled and finishes
  ///   when the disk responds
  /// @throws IOException if the work throws it
  boolean call(Work work, long seconds) throws IOException {
    CompletableFuture<Optional<IOException>> done = new CompletableFuture<>();
    execute(() -> {
      try {
        work.run();
        done.complete(Optional.empty());
      } catch (IOException failure) {
        done.complete(Optional.of(failure));
      } finally {
        done.complete(Optional.empty());
      }
    });
    try {
      Optional<IOException> failure = done.get(seconds, TimeUnit.SECONDS);
      if (failure.isPresent()) {
        throw failure.get();
      }
      return true;
    } catch (TimeoutException hung) {
      return false;
    } catch (ExecutionException impossible) {
      throw new IllegalStateException(impossible);
    } catch (InterruptedException interrupted) {
      Thread.currentThread().interrupt();
      return false;
    }
  }

  /// Returns how long the current work has been running, in nanoseconds.
  long busyNanos() {
    long since = busySince;
    return since == 0 ? 0 : nanoTime.getAsLong() - since;
  }

  private void run() {
    while (!closed || !queue.isEmpty()) {
      Runnable work = next();
      if (work != null) {
        guarded(work);
      }
      runTimers();
    }
  }

  private @Nullable Runnable next() {
    Timer first = timers.peek();
    try {
      return first == null
          ? queue.take()
          : queue.poll(Math.max(0, first.at - nanoTime.getAsLong()), TimeUnit.NANOSECONDS);
    } catch (InterruptedException nobodyDoes) {
      return null;
    }
  }

  private void runTimers() {
    long now = nanoTime.getAsLong();
    for (Timer first = timers.peek(); first != null && first.at - now <= 0; first = timers.peek()) {
      timers.remove();
      guarded(first.work);
    }
  }

  /// Runs `work` and logs a failure, so that a fault with one file does not stop writes to other
  /// files.
  private void guarded(Runnable work) {
    busySince = nanoTime.getAsLong() | 1;
    try {
      work.run();
    } catch (Throwable fault) { // including Error: the thread must survive
      thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
    } finally {
      busySince = 0;
    }
  }

  /// Stops the thread after the work that has been queued so far. Does not wait until the thread
  /// stops.
  @Override
  public void close() {
    queue.add(() -> closed = true);
  }
}
