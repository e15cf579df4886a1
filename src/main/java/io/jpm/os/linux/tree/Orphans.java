package io.jpm.os.linux.tree;

import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.ChildList;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot.Environment;
import io.jpm.os.linux.proc.ProcessSnapshot.Kind;
import io.jpm.os.linux.proc.TagTrust;
import io.jpm.os.linux.proc.TreeMark;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;

/// Whether a tree whose main process has ended may have left anything, without a walk over `/proc`.
/// Owned by the reactor's thread.
///
/// A process that loses its parent becomes a child of the nearest subreaper above it, or of init
/// (`prctl(2)`, PR_SET_CHILD_SUBREAPER). So when the main process has ended, each process that is
/// left of its tree is a child of one of those, or descends from one that is. The kernel lists
/// children cheaply, and appends who comes: of those that an earlier look has seen nothing is read
/// again but the start time of the last one, which proves all before it.
///
/// The answer "nothing" is a proof, "maybe" is a reason to look at all processes: where the kernel
/// does not list children (CONFIG_PROC_CHILDREN), where they change all the time, or where a new
/// one has no environment yet.
public final class Orphans {
  private static final int INIT = 1;

  /// No chain of parents is longer, except a torn one.
  private static final int MOST_PARENTS = 64;

  /// Children that come and go faster than that are not waited for.
  private static final int MOST_READINGS = 8;

  private static final long YOUNG_SECONDS = 2;

  /// Room for 8,000 children and more.
  private static final long BUFFER_BYTES = 64 * 1024;

  private final TagTrust trust;
  private final int self;
  private final Map<Integer, Children> known = new HashMap<>();
  private final Arena arena = Arena.ofAuto();
  private final MemorySegment buffer = arena.allocate(BUFFER_BYTES);
  private boolean asked;
  private boolean subreaper;

  /// @param daemonIdentity the daemon
  /// @param trust whose processes may be known by their tag
  public Orphans(DaemonIdentity daemonIdentity, TagTrust trust) {
    this.self = daemonIdentity.pid();
    this.trust = trust;
  }

  /// Reads who is there now, so that the first end of a process need not wait for that.
  ///
  /// @param parent as of [#mayHold]
  void prime(int parent) {
    if (!known.containsKey(Math.max(INIT, parent))) {
      mayHold(new TreeMark(TreeMark.NONE), parent);
    }
  }

  /// Whether something of a tree may be left.
  ///
  /// @param mark the tree's
  /// @param parent that of the main process as long as it lived, or of the daemon when that has
  ///   made it and lives
  boolean mayHold(TreeMark mark, int parent) {
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

  private boolean has(int reaper, TreeMark mark, ProcReader reader) {
    Children children = known.computeIfAbsent(reaper, Children::new);
    if (children.look(reader) && isThere(reaper, reader)) {
      return children.have(mark, reader);
    }
    children.list.close();
    known.remove(reaper);
    return true;
  }

  /// One that ends while its children are read has none at once.
  private static boolean isThere(int reaper, ProcReader reader) {
    return reaper == INIT || reader.stat(reaper).filter(ProcStat::isAlive).isPresent();
  }

  /// Closes what is open.
  public void close() {
    known.values().forEach(children -> children.list.close());
    known.clear();
  }

  /// The children of one process, as the last look saw them.
  private final class Children {
    private final ChildList list;
    private int count;
    private int[] pids = new int[0];
    private long[] startTimes = new long[0];
    private long[] marks = new long[0];

    /// Whether all of the list are known; not so when one has ended before it was read.
    private boolean whole;

    /// Whether what is not known does not matter.
    private boolean sure;

    Children(int reaper) {
      list = new ChildList(reaper, buffer);
    }

    /// Reads until nothing changes.
    ///
    /// @return whether it is known who is there
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

    /// Whether one that lives belongs to the tree.
    boolean have(TreeMark mark, ProcReader reader) {
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

    /// Moves those that are still there to the front. They are the first of `now`, in the same
    /// order: whoever has the number of one that is gone comes behind all that were there before.
    ///
    /// @return how many there are
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

    /// Whether the one at `index` is still who it was; so is nobody.
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

    /// One that has gone meanwhile is not in the next reading.
    private void add(int pid, ProcReader reader) {
      reader
          .stat(pid)
          .ifPresent(stat -> {
            long mark = TreeMark.of(pid, reader);
            if (mark == TreeMark.NONE && stat.isAlive()) {
              Environment environment = reader.environment(pid, trust);
              if (environment.kind() == Kind.BARE && isYoung(stat) && trust.mayTrust(pid, reader)) {
                sure = false;
                return;
              }
              mark = environment.tag().map(tag -> TreeMark.of(tag).number()).orElse(TreeMark.NONE);
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
