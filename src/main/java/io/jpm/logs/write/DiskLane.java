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

/// The thread that writes to one disk. A disk that hangs holds up nobody but it.
final class DiskLane implements AutoCloseable {
  private final LinkedBlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final FramedLayout.Scratch scratch = new FramedLayout.Scratch();
  private final LongSupplier nanoTime;
  private final Thread thread;
  private volatile boolean closed;

  /// When the present piece of work began, monotonic; 0: none is under way.
  private volatile long busySince;

  /// Owned by the thread.
  private final PriorityQueue<Timer> timers =
      new PriorityQueue<>(Comparator.comparingLong((Timer timer) -> timer.at));

  private record Timer(long at, Runnable work) {}

  /// @param name the disk, for people who look at threads
  /// @param nanoTime monotonic time
  DiskLane(String name, LongSupplier nanoTime) {
    this.nanoTime = nanoTime;
    thread = Thread.ofPlatform().daemon().name("jpm-log-" + name).unstarted(this::run);
    thread.start();
  }

  /// Where lines are laid out. On the lane's thread only.
  FramedLayout.Scratch scratch() {
    return scratch;
  }

  /// Work that is to be done once however often it is asked for.
  final class Task {
    private final Runnable work;
    private final AtomicBoolean queued = new AtomicBoolean();

    Task(Runnable work) {
      this.work = work;
    }

    /// Has it done soon. Any thread.
    void wake() {
      if (queued.compareAndSet(false, true)) {
        queue.add(this::runNow);
      }
    }

    /// Has it done in some time. On the lane's thread only.
    void wakeAfter(long nanos) {
      timers.add(new Timer(nanoTime.getAsLong() + nanos, this::wake));
    }

    private void runNow() {
      queued.set(false);
      work.run();
    }
  }

  /// Does `work` on the thread, after what is there already. Any thread.
  void execute(Runnable work) {
    queue.add(work);
  }

  /// Work that a disk may refuse.
  interface Work {
    void run() throws IOException;
  }

  /// Does `work` on the thread and waits for it.
  ///
  /// @return false when the disk has not answered within `seconds`; the work is done when it does
  /// @throws IOException what the work throws
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

  /// How long the present piece of work has taken so far, nanoseconds.
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

  /// A fault with one file must not end the writing of all others.
  private void guarded(Runnable work) {
    busySince = nanoTime.getAsLong() | 1;
    try {
      work.run();
    } catch (Throwable fault) { // errors too: without the thread nothing is written any more
      thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
    } finally {
      busySince = 0;
    }
  }

  /// Ends the thread after the work given so far; does not wait for it.
  @Override
  public void close() {
    queue.add(() -> closed = true);
  }
}
