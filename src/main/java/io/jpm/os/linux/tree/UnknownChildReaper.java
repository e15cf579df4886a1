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

/// Detects and reaps children that the daemon has not spawned. A process of an app can create such
/// a child of the daemon with CLONE_PARENT (`clone(2)`). When the child exits, it remains a zombie
/// and occupies a pid until the daemon reaps it.
///
/// These children are unknown to the host and carry the rlimit tag of their tree ([RlimitTag]),
/// which processes that the JDK spawns for the daemon do not have.
public final class UnknownChildReaper {
  /// Minimum age of a zombie before it is reaped, because the code that spawned it may be about to
  /// reap it.
  private static final long PATIENCE_NANOS = Duration.ofSeconds(2).toNanos();

  private final DaemonIdentity daemonIdentity;
  private final Reaper reaper;
  private final Predicate<ProcessIdentity> isKnown;

  /// The zombies found by the last scan, and when each was first seen.
  private Map<ProcessIdentity, Long> ended = new HashMap<>();

  /// Creates an instance that has not seen any zombies yet.
  ///
  /// @param reaper reaps the children
  /// @param isKnown reports whether the host monitors a child
  public UnknownChildReaper(
      DaemonIdentity daemonIdentity, Reaper reaper, Predicate<ProcessIdentity> isKnown) {
    this.daemonIdentity = daemonIdentity;
    this.reaper = reaper;
    this.isKnown = isKnown;
  }

  /// Reaps unknown children that exited some time ago.
  ///
  /// @param table all processes, which have just been read
  /// @param nanoTime the current time, as in [System#nanoTime]
  void reapUnknown(StatTable table, long nanoTime) {
    Map<ProcessIdentity, Long> still = new HashMap<>();
    for (int row = 0; row < table.size(); row++) {
      if (table.parent(row) == daemonIdentity.pid() && !table.isAlive(row)) {
        var child =
            new ProcessIdentity(daemonIdentity.bootId(), table.pid(row), table.startTime(row));
        long since = ended.getOrDefault(child, nanoTime);
        if (nanoTime - since < PATIENCE_NANOS) {
          still.put(child, since);
        } else if (!isKnown.test(child) && isOfTree(child.pid())) {
          reaper.reapWithoutPidFd(child.pid());
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
