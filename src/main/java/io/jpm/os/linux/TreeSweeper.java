package io.jpm.os.linux;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Supplier;

/// The thread that ends trees. All that wait when a sweep begins share one walk over `/proc`: a
/// hundred apps deleted at once cost a handful of walks. Starts with the first tree.
final class TreeSweeper implements AutoCloseable {
  private static final long LATER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private final Reactor reactor;
  private final TagTrust trust;
  private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final Thread thread = Thread.ofPlatform().daemon().name("jpm-tree").unstarted(this::run);
  private boolean started;

  /// Owned by the thread.
  private final Set<ProcessTree> due = new LinkedHashSet<>();

  private final Set<ProcessTree> active = new LinkedHashSet<>();
  private final Strangers strangers;
  private final Supplier<Set<Integer>> mains;
  private boolean stopping;

  /// @param reactor runs what has to wait
  /// @param trust whose processes may be known by their tag
  /// @param self the daemon
  /// @param mains the main processes of all trees, also of those nobody wants to end
  TreeSweeper(Reactor reactor, TagTrust trust, Self self, Supplier<Set<Integer>> mains) {
    this.reactor = reactor;
    this.trust = trust;
    this.strangers = new Strangers(self.pid());
    this.mains = mains;
  }

  /// Runs `task` on the thread, before the next sweep.
  void submit(Runnable task) {
    synchronized (this) {
      if (!started) {
        started = true;
        thread.start();
      }
    }
    queue.add(task);
  }

  /// On the thread only: `tree` is swept until it says [#end].
  void begin(ProcessTree tree) {
    active.add(tree);
    due.add(tree);
  }

  /// On the thread only: `tree` wants nothing more.
  void end(ProcessTree tree) {
    active.remove(tree);
  }

  /// On the thread only: `tree` takes part in the next sweep.
  void sweepSoon(ProcessTree tree) {
    due.add(tree);
  }

  /// On the thread only: `tree` is swept after a short while.
  void sweepLater(ProcessTree tree) {
    reactor.execute(() -> reactor.after(LATER_NANOS, () -> submit(() -> sweepSoon(tree))));
  }

  /// Ends the thread; trees are left as they are.
  @Override
  public void close() {
    synchronized (this) {
      if (!started) {
        started = true; // never again
        return;
      }
    }
    queue.add(() -> stopping = true);
    ThreadEnd.await(thread);
  }

  private void run() {
    while (!stopping) {
      try {
        Runnable first = due.isEmpty() ? queue.take() : queue.poll();
        for (Runnable task = first; task != null; task = queue.poll()) {
          task.run();
        }
        sweepDue();
      } catch (InterruptedException ignoredSinceOnlyCloseEndsIt) {
        // Nobody has a reason to interrupt this thread.
      } catch (RuntimeException fault) {
        thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
      }
    }
    List.copyOf(active).forEach(ProcessTree::forget);
  }

  private void sweepDue() {
    if (due.isEmpty() || stopping) {
      return;
    }
    List<ProcessTree> now = new ArrayList<>(due);
    due.clear();
    now.forEach(ProcessTree::beforeWalk);
    strangers.walking(mains.get());
    try (ProcReader reader = new ProcReader()) {
      ProcessSnapshot snapshot = ProcessSnapshot.take(reader, trust, strangers);
      for (ProcessTree tree : now) {
        tree.sweep(snapshot, reader);
      }
      strangers.settle(snapshot);
    }
  }
}
