package io.jpm.os.linux.tree;

import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.ChildList;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot.Environment;
import io.jpm.os.linux.proc.ProcessSnapshot.Kind;
import io.jpm.os.linux.proc.RlimitTag;
import io.jpm.os.linux.proc.TagVerifier;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Decides without scanning `/proc` whether a tree whose main process has exited may have left
/// processes behind. Confined to the reactor's thread.
///
/// A process that loses its parent becomes a child of the nearest subreaper among its ancestors, or
/// of init (PR_SET_CHILD_SUBREAPER, `prctl(2)`). After the exit of the main process, every leftover
/// is therefore a child of one of these processes, or a descendant of such a child. The kernel
/// lists children cheaply and appends new ones. Of the children read earlier, only the start time
/// of the last one has to be read again. If it is unchanged, all children before it are unchanged
/// too.
///
/// A negative answer is certain. A positive answer must be verified by a scan of all processes. It
/// is also given if the kernel does not list children (CONFIG_PROC_CHILDREN), if the list keeps
/// changing, or if a new child has no environment yet.
public final class Orphans {
  private static final int INIT = 1;

  /// Upper bound on the number of parents followed, in case an inconsistent read contains a cycle.
  private static final int MOST_PARENTS = 64;

  /// Maximum number of times a list of children is read if it keeps changing.
  private static final int MOST_READINGS = 8;

  private static final long YOUNG_SECONDS = 2;

  /// Size of the read buffer, which has space for more than 8,000 children.
  private static final long BUFFER_BYTES = 64 * 1024;

  private final TagVerifier trust;
  private final int self;
  private final Map<Integer, Children> known = new HashMap<>();
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);
  private boolean asked;
  private boolean subreaper;

  /// Creates an instance that has not read any children yet.
  ///
  /// @param trust decides which process tags are accepted
  public Orphans(DaemonIdentity daemonIdentity, TagVerifier trust) {
    this.self = daemonIdentity.pid();
    this.trust = trust;
  }

  /// Reads the current children in advance, so that reading them does not delay the report of the
  /// first exit.
  ///
  /// @param parent as in [#mayHaveOrphans]
  void prime(int parent) {
    if (!known.containsKey(Math.max(INIT, parent))) {
      mayHaveOrphans(new RlimitTag(RlimitTag.NONE), parent);
    }
  }

  /// Reports whether processes of a tree may still be running.
  ///
  /// @param mark the rlimit tag of the tree
  /// @param parent the last parent of the main process; for a child of this daemon, the parent of
  ///   the daemon
  boolean mayHaveOrphans(RlimitTag mark, int parent) {
    try (ProcReader reader = new ProcReader()) {
      boolean maybe = has(INIT, mark, reader);
      if (isSubreaper()) {
        maybe |= has(self, mark, reader);
      }
      int at = parent;
      for (int depth = 0; at > INIT && depth < MOST_PARENTS; depth++) {
        maybe |= has(at, mark, reader);
        at = reader.stat(at).map(ProcStat::parent).orElse(INIT);
      }
      return maybe;
    }
  }

  private boolean isSubreaper() {
    if (!asked) {
      asked = true;
      subreaper = Libc.isSubreaper();
    }
    return subreaper;
  }

  private boolean has(int reaper, RlimitTag mark, ProcReader reader) {
    Children children = known.computeIfAbsent(reaper, Children::new);
    if (children.look(reader) && isThere(reaper, reader)) {
      return children.have(mark, reader);
    }
    children.list.close();
    known.remove(reaper);
    return true;
  }

  /// Reports whether `reaper` is still running. If it exited while its children were being read,
  /// they have been reparented and the list is useless.
  private static boolean isThere(int reaper, ProcReader reader) {
    return reaper == INIT || reader.stat(reaper).filter(ProcStat::isAlive).isPresent();
  }

  /// Closes the open lists of children.
  public void close() {
    known.values().forEach(children -> children.list.close());
    known.clear();
  }

  /// The children of one process, as of the last read.
  private final class Children {
    private final ChildList list;
    private int count;
    private int[] pids = new int[0];
    private long[] startTimes = new long[0];
    private long[] marks = new long[0];

    /// False if a listed process exited before it could be read.
    private boolean whole;

    /// False if a new process had no environment yet, so its tag could not be read.
    private boolean sure;

    Children(int reaper) {
      list = new ChildList(reaper, buffer);
    }

    /// Reads the list until it stops changing.
    ///
    /// @return whether all children are known
    boolean look(ProcReader reader) {
      ChildList.Reading reading = list.read();
      if (reading == ChildList.Reading.CHANGED || !whole || !isSame(count - 1, reader)) {
        take(reader);
      }
      for (int i = 0; i < MOST_READINGS && reading != ChildList.Reading.REFUSED; i++) {
        reading = list.read();
        if (reading == ChildList.Reading.SAME) {
          return sure;
        }
        take(reader);
      }
      return false;
    }

    /// Reports whether a running child belongs to the tree.
    boolean have(RlimitTag mark, ProcReader reader) {
      for (int i = 0; i < count; i++) {
        if (mark.owns(marks[i])) {
          long startTime = startTimes[i];
          boolean lives =
              reader
                  .stat(pids[i])
                  .filter(stat -> stat.startTime() == startTime && stat.isAlive())
                  .isPresent();
          if (lives) {
            return true;
          }
        }
      }
      return false;
    }

    private void take(ProcReader reader) {
      int[] now = list.pids();
      int kept = keepKnown(now, reader);
      count = kept;
      sure = true;
      grow(now.length);
      for (int i = kept; i < now.length; i++) {
        add(now[i], reader);
      }
      whole = count == now.length;
    }

    /// Moves the children that still exist to the front. They are at the beginning of `now`, in the
    /// same order, because a new process that reuses a pid is listed after all earlier ones.
    ///
    /// @return the number of children that still exist
    private int keepKnown(int[] now, ProcReader reader) {
      int kept = 0;
      for (int i = 0; i < count && kept < now.length; i++) {
        if (pids[i] == now[kept]) {
          pids[kept] = pids[i];
          startTimes[kept] = startTimes[i];
          marks[kept] = marks[i];
          kept++;
        }
      }
      while (kept > 0 && !isSame(kept - 1, reader)) {
        kept--;
      }
      return kept;
    }

    /// Reports whether the child at `index` is still the same process. Returns true if `index` is
    /// negative.
    private boolean isSame(int index, ProcReader reader) {
      if (index < 0) {
        return true;
      }
      long startTime = startTimes[index];
      return reader.stat(pids[index]).filter(stat -> stat.startTime() == startTime).isPresent();
    }

    private void grow(int room) {
      if (pids.length < room) {
        pids = Arrays.copyOf(pids, room + 16);
        startTimes = Arrays.copyOf(startTimes, room + 16);
        marks = Arrays.copyOf(marks, room + 16);
      }
    }

    /// Adds a child. A child that has exited in the meantime is skipped; the next read will not
    /// list it.
    private void add(int pid, ProcReader reader) {
      reader
          .stat(pid)
          .ifPresent(stat -> {
            long mark = RlimitTag.of(pid, reader);
            if (mark == RlimitTag.NONE && stat.isAlive()) {
              Environment environment = reader.environment(pid, trust);
              if (environment.kind() == Kind.BARE
                  && isYoung(stat)
                  && trust.trustsUserOf(pid, reader)) {
                sure = false;
                return;
              }
              mark =
                  environment.tag().map(tag -> RlimitTag.of(tag).number()).orElse(RlimitTag.NONE);
            }
            pids[count] = pid;
            startTimes[count] = stat.startTime();
            marks[count++] = mark;
          });
    }

    private static boolean isYoung(ProcStat stat) {
      long ticks = YOUNG_SECONDS * ProcReader.Ticks.PER_SECOND;
      return stat.startTime() + ticks >= ProcReader.ticksNow();
    }
  }
}
