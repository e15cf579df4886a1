package io.jpm.os.linux.tree;

import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.StatTable;
import io.jpm.os.linux.proc.TreeMark;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Predicate;

/// Children of the daemon that it has not made: an app's process can have another one made beside
/// itself (CLONE_PARENT, `clone(2)`). When these end they stay zombies until the daemon fetches
/// their status, and each keeps a pid from all others.
///
/// They are known by the mark of their tree ([TreeMark]), which a process that the JDK has made for
/// the daemon does not have, and by not being one that the host looks after.
public final class StrayChildren {
  /// So long at least a child has ended before it is taken for a stray: who made it may be about to
  /// fetch its status.
  private static final long PATIENCE_NANOS = Duration.ofSeconds(2).toNanos();

  private final DaemonIdentity daemonIdentity;
  private final Reaper reaper;
  private final Predicate<ProcessIdentity> isKnown;

  /// Those that had ended at the last look, and since when that is known.
  private Map<ProcessIdentity, Long> ended = new HashMap<>();

  /// @param daemonIdentity the daemon
  /// @param reaper fetches the status of each
  /// @param isKnown whether somebody looks after a child
  public StrayChildren(
      DaemonIdentity daemonIdentity, Reaper reaper, Predicate<ProcessIdentity> isKnown) {
    this.daemonIdentity = daemonIdentity;
    this.reaper = reaper;
    this.isKnown = isKnown;
  }

  /// Has those fetched that ended some time ago.
  ///
  /// @param table all processes, read just now
  /// @param nanoTime now
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
      return TreeMark.of(pid, reader) != TreeMark.NONE;
    }
  }
}
