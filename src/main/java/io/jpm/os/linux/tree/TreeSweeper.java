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

/// The thread that ends trees. All trees that are due when a sweep begins share one walk over
/// `/proc`, so that deleting a hundred apps at once takes only a few walks. The thread starts with
/// the first tree.
public final class TreeSweeper implements AutoCloseable {
  private static final long LATER_NANOS = TimeUnit.MILLISECONDS.toNanos(20);

  private static final long AFTER_FAULT_NANOS = TimeUnit.SECONDS.toNanos(1);

  private final Reactor reactor;
  private final TagVerifier trust;
  private final BlockingQueue<Runnable> queue = new LinkedBlockingQueue<>();
  private final Thread thread = Thread.ofPlatform().daemon().name("jpm-tree").unstarted(this::run);
  private boolean started;

  /// Confined to the thread.
  private final Set<ProcessTree> due = new LinkedHashSet<>();

  private final Map<ProcessTree, Consumer<ProcessTree.LeftoverCheck>> looks = new LinkedHashMap<>();
  private final Set<ProcessTree> active = new LinkedHashSet<>();
  private final UnrelatedPidCache unrelatedPidCache;

  /// All trees that may still have to be ended.
  private final Set<ProcessTree> trees = ConcurrentHashMap.newKeySet();

  private boolean stopping;

  private volatile Map<Integer, Long> outsiders = Map.of();
  private volatile boolean adopted;

  /// @param reactor runs delayed sweeps
  /// @param trust decides on which processes tags count
  public TreeSweeper(Reactor reactor, TagVerifier trust, DaemonIdentity daemonIdentity) {
    this.reactor = reactor;
    this.trust = trust;
    this.unrelatedPidCache = new UnrelatedPidCache(daemonIdentity.pid());
  }

  /// Registers a tree that may have to be ended later. May be called from any thread.
  ///
  /// @param made whether its main process was just spawned. An adopted tree was unknown until now,
  ///   so its processes may be cached as unrelated; the cache is then cleared.
  void register(ProcessTree tree, boolean made) {
    trees.add(tree);
    if (!made) {
      adopted = true;
    }
  }

  /// Removes a tree that need not be ended any more. May be called from any thread.
  void forget(ProcessTree tree) {
    trees.remove(tree);
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

  /// Checks what is left of `tree`, whose main process has ended. May be called from any thread.
  ///
  /// @param told receives the result on the thread, before any sweep that is ordered later
  void check(ProcessTree tree, Consumer<ProcessTree.LeftoverCheck> told) {
    submit(() -> looks.put(tree, told));
  }

  /// Returns the processes that the last sweep found to belong to no tree: by pid, the inode of the
  /// directory in `/proc`. May be called from any thread.
  public Map<Integer, Long> unrelatedProcesses() {
    return outsiders;
  }

  /// Sweeps `tree` until [#end] is called. On the thread only.
  void begin(ProcessTree tree) {
    active.add(tree);
    due.add(tree);
  }

  /// Stops sweeping `tree`. On the thread only.
  void end(ProcessTree tree) {
    active.remove(tree);
  }

  /// Includes `tree` in the next sweep. On the thread only.
  void sweepSoon(ProcessTree tree) {
    due.add(tree);
  }

  /// Includes `tree` in a sweep after a short delay. On the thread only.
  void sweepLater(ProcessTree tree) {
    sweepAfter(tree, LATER_NANOS);
  }

  private void sweepAfter(ProcessTree tree, long nanos) {
    reactor.execute(() -> reactor.after(nanos, () -> submit(() -> sweepSoon(tree))));
  }

  /// Ends the thread. Trees are left as they are.
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
        Runnable first = due.isEmpty() && looks.isEmpty() ? queue.take() : queue.poll();
        for (Runnable task = first; task != null; task = queue.poll()) {
          task.run();
        }
        sweepDue();
      } catch (InterruptedException ignoredSinceOnlyCloseEndsIt) {
        // Ignored: only [#close] ends this thread, and not by an interrupt.
      } catch (RuntimeException fault) {
        thread.getUncaughtExceptionHandler().uncaughtException(thread, fault);
        active.forEach(tree -> sweepAfter(tree, AFTER_FAULT_NANOS));
      }
    }
    List.copyOf(active).forEach(ProcessTree::forget);
  }

  private void sweepDue() {
    if ((due.isEmpty() && looks.isEmpty()) || stopping) {
      return;
    }
    Map<ProcessTree, Consumer<ProcessTree.LeftoverCheck>> asked = new LinkedHashMap<>(looks);
    looks.clear();
    List<ProcessTree> now = new ArrayList<>(due);
    due.clear();
    now.forEach(ProcessTree::beforeWalk);
    if (adopted) {
      adopted = false;
      unrelatedPidCache.clear();
    }
    unrelatedPidCache.beginWalk(
        trees.stream().map(ProcessTree::mainPid).collect(Collectors.toSet()));
    try (ProcReader reader = new ProcReader()) {
      ProcessSnapshot snapshot = ProcessSnapshot.take(reader, trust, unrelatedPidCache);
      answer(asked, tree -> tree.check(snapshot, reader));
      for (ProcessTree tree : now) {
        tree.sweep(snapshot, reader);
      }
      unrelatedPidCache.endWalk(snapshot);
      outsiders = unrelatedPidCache.outsiders();
    } finally {
      now.forEach(ProcessTree::swept);
      // After a fault the answer is "unknown": without any answer the exit would never be reported.
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
