package io.jpm.os.linux.tree;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.RlimitTag;
import io.jpm.os.linux.proc.StatTable;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/// Detects children that the daemon has not spawned and has them reaped. A process of an app can
/// create such a sibling (CLONE_PARENT, `clone(2)`). When it ends it stays a zombie and occupies a
/// pid until the daemon reaps it.
///
/// These children are recognized by the rlimit tag of their tree ([RlimitTag]), which processes
/// that the JDK spawns for the daemon do not have, and by not being known to the host.
public final class UnknownChildReaper {
  /// Minimum age of a zombie: code that spawned it may be about to reap it.
  private static final long PATIENCE_NANOS = Duration.ofSeconds(2).toNanos();

  private final DaemonIdentity daemonIdentity;
  private final Reaper reaper;
  private final Predicate<ProcessIdentity> isKnown;

  /// The zombies of the last look, and when each was first seen.
  private Map<ProcessIdentity, Long> ended = new HashMap<>();

  /// @param reaper reaps each of them
  /// @param isKnown whether the host watches a child
  public UnknownChildReaper(
      DaemonIdentity daemonIdentity, Reaper reaper, Predicate<ProcessIdentity> isKnown) {
    this.daemonIdentity = daemonIdentity;
    this.reaper = reaper;
    this.isKnown = isKnown;
  }

  /// Has stray children reaped that ended some time ago.
  ///
  /// @param table all processes, just read
  /// @param nanoTime the current time
  void look(StatTable table, long nanoTime) {
    Map<ProcessIdentity, Long> still = new HashMap<>();
    for (int row = 0; row < table.size(); row++) {
      if (table.parent(row) == daemonIdentity.pid() && !table.isAlive(row)) {
        var child =
            new ProcessIdentity(daemonIdentity.bootId(), table.pid(row), table.startTime(row));
        long since = ended.getOrDefault(child, nanoTime);
        if (nanoTime - since < PATIENCE_NANOS) {
          still.put(child, since);
        } else if (!isKnown.test(child) && isOfTree(child.pid())) {
          reaper.takeLate(child.pid());
        }
      }
    }
    ended = still;
  }

  private static boolean isOfTree(int pid) {
    try (ProcReader reader = new ProcReader()) {
      return RlimitTag.of(pid, reader) != RlimitTag.NONE;
    }
  }
}
