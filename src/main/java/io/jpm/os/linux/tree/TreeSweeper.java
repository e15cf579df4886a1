package io.jpm.os.linux.tree;

import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.libc.Uninterruptibles;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.TagVerifier;
import io.jpm.os.linux.proc.UnrelatedPidCache;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import java.util.stream.Collectors;

/// The thread that terminates trees. All trees that are due when a sweep begins share one scan of
/// `/proc`, so that deleting a hundred apps at once requires only a few scans. The thread is
/// started with the first tree.
public final class TreeSweeper implements AutoCloseable {
  private static final long LATER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long AFTER_FAULT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Reactor reactor;
  private final TagVerifier trust;
  private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final Thread thread = Thread.ofPlatform().daemon().name("jpm-tree").unstarted(this::run);
  private boolean started;

  /// The trees to include in the next sweep. Confined to the sweeper's thread.
  private final Set<ProcessTree> due = new LinkedHashSet<>();

  private final Map<ProcessTree, Consumer<ProcessTree.LeftoverCheck>> pendingChecks =
      new LinkedHashMap<>();
  private final Set<ProcessTree> active = new LinkedHashSet<>();
  private final UnrelatedPidCache unrelatedPidCache;

  /// All registered trees, which may still have to be terminated.
  private final Set<ProcessTree> trees = ConcurrentHashMap.newKeySet();

  private boolean stopping;

  private volatile Map<Integer, Long> outsiders = Map.of();
  private volatile boolean adopted;

  /// Creates a sweeper, whose thread is not started yet.
  ///
  /// @param reactor runs delayed sweeps
  /// @param trust decides which process tags are accepted
  public TreeSweeper(Reactor reactor, TagVerifier trust, DaemonIdentity daemonIdentity) {
    this.reactor = reactor;
    this.trust = trust;
    this.unrelatedPidCache = new UnrelatedPidCache(daemonIdentity.pid());
  }

  /// Registers a tree that may have to be terminated later. May be called on any thread.
  ///
  /// @param made whether the main process was just spawned. If the tree was adopted instead, its
  ///   processes may be cached as unrelated, so the cache is cleared.
  void register(ProcessTree tree, boolean made) {
    trees.add(tree);
    if (!made) {
      adopted = true;
    }
  }

  /// Removes a tree that does not have to be terminated any more. May be called on any thread.
  void forget(ProcessTree tree) {
    trees.remove(tree);
  }

  /// Runs `task` on the sweeper's thread before the next sweep.
  void submit(Runnable task) {
    synchronized (this) {
      if (!started) {
        started = true;
        thread.start();
      }
    }
    queue.add(task);
  }

  /// Checks whether `tree`, whose main process has exited, has leftovers. May be called on any
  /// thread.
  ///
  /// @param told receives the result on the sweeper's thread, before any sweep that is requested
  ///   later
  void check(ProcessTree tree, Consumer<ProcessTree.LeftoverCheck> told) {
    submit(() -> pendingChecks.put(tree, told));
  }

  /// Returns the processes that the last sweep found to belong to no tree: their pids, and the
  /// inode numbers of their directories in `/proc`. May be called on any thread.
  public Map<Integer, Long> unrelatedProcesses() {
    return outsiders;
  }

  /// Makes `tree` take part in sweeps until [#end] is called. Must be called on the sweeper's
  /// thread.
  void begin(ProcessTree tree) {
    active.add(tree);
    due.add(tree);
  }

  /// Stops sweeping `tree`. Must be called on the sweeper's thread.
  void end(ProcessTree tree) {
    active.remove(tree);
  }

  /// Includes `tree` in the next sweep. Must be called on the sweeper's thread.
  void sweepSoon(ProcessTree tree) {
    due.add(tree);
  }

  /// Includes `tree` in a sweep after a short delay. Must be called on the sweeper's thread.
  void sweepLater(ProcessTree tree) {
    sweepAfter(tree, LATER_NANOS);
  }

  private void sweepAfter(ProcessTree tree, long nanos) {
    reactor.execute(() -> reactor.after(nanos, () -> submit(() -> sweepSoon(tree))));
  }

  /// Stops the thread. Trees are not affected.
  @Override
  public void close() {
    synchronized (this) {
      if (!started) {
        started = true; // submit must not start the thread any more
        return;
      }
    }
    queue.add(() -> stopping = true);
    Uninterruptibles.join(thread);
  }

  private void run() {
    while (!stopping) {
      try {
        Runnable first = due.isEmpty() && pendingChecks.isEmpty() ? queue.take() : queue.poll();
        for (Runnable task = first; task != null; task = queue.poll()) {
          task.run();
        }
        sweepDue();
      } catch (InterruptedException ignoredSinceOnlyCloseEndsIt) {
        // Ignored: only [#close] stops this thread, and it does not interrupt it.
      } catch (RuntimeException fault) {
        thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
        active.forEach(tree -> sweepAfter(tree, AFTER_FAULT_NANOS));
      }
    }
    List.copyOf(active).forEach(ProcessTree::forget);
  }

  private void sweepDue() {
    if ((due.isEmpty() && pendingChecks.isEmpty()) || stopping) {
      return;
    }
    Map<ProcessTree, Consumer<ProcessTree.LeftoverCheck>> asked =
        new LinkedHashMap<>(pendingChecks);
    pendingChecks.clear();
    List<ProcessTree> now = new ArrayList<>(due);
    due.clear();
    now.forEach(ProcessTree::beforeScan);
    if (adopted) {
      adopted = false;
      unrelatedPidCache.clear();
    }
    unrelatedPidCache.beginScan(
        trees.stream().map(ProcessTree::mainPid).collect(Collectors.toSet()));
    try (ProcReader reader = new ProcReader()) {
      ProcessSnapshot snapshot = ProcessSnapshot.take(reader, trust, unrelatedPidCache);
      answer(asked, tree -> tree.check(snapshot, reader));
      for (ProcessTree tree : now) {
        tree.sweep(snapshot, reader);
      }
      unrelatedPidCache.endScan(snapshot);
      outsiders = unrelatedPidCache.outsiders();
    } finally {
      now.forEach(ProcessTree::swept);
      // After a failure the answer is "unknown". Without any answer the exit would never be
      // reported.
      answer(asked, _ -> ProcessTree.LeftoverCheck.UNKNOWN);
    }
  }

  private static void answer(
      Map<ProcessTree, Consumer<ProcessTree.LeftoverCheck>> asked,
      Function<ProcessTree, ProcessTree.LeftoverCheck> finding) {
    for (var next = asked.entrySet().iterator(); next.hasNext(); ) {
      var question = next.next();
      ProcessTree.LeftoverCheck leftoverCheck = finding.apply(question.getKey());
      next.remove();
      question.getValue().accept(leftoverCheck);
    }
  }
}
