package io.jpm.os.linux.tree;

import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Finds the main processes in a snapshot, that is, the processes that a daemon spawned, as opposed
/// to those that an app forked.
///
/// All processes of a tree carry the same tag, and a child that called `setsid` leads a session
/// just like its main process. However, every process with the tag descends from the main process.
/// The main process therefore has no ancestor with the tag, and no process with the tag is older.
///
/// If the main process exits, a child that leads a session cannot be distinguished from it. The
/// child is mistaken for the main process unless an older process of the tree is still running.
public final class TaggedMains {
  /// Orders processes by age. Of several processes that started in the same tick, the main process
  /// is the one that leads a session and has the lowest pid, unless the kernel's pid counter has
  /// just wrapped around.
  private static final Comparator<ProcStat> BY_AGE =
      Comparator.comparingLong(ProcStat::startTime)
          .thenComparing(stat -> !leadsSession(stat))
          .thenComparingInt(ProcStat::pid);

  private TaggedMains() {}

  /// Returns the main processes by tag.
  ///
  /// @param snapshot all processes
  /// @param self the daemon's pid, which is never a main process
  /// @param tagPrefix the prefix that the tags must have
  public static Map<String, ProcStat> find(ProcessSnapshot snapshot, int self, String tagPrefix) {
    // The environments of the session leaders, which are few, are read first; all others are read
    // only if a tag is found.
    Set<String> tags = new HashSet<>();
    for (ProcStat process : snapshot.all()) {
      if (leadsSession(process) && process.pid() != self) {
        snapshot.tagOf(process).filter(tag -> tag.startsWith(tagPrefix)).ifPresent(tags::add);
      }
    }
    Map<String, ProcStat> oldest = new HashMap<>();
    if (!tags.isEmpty()) {
      for (ProcStat process : snapshot.all()) {
        snapshot
            .tagOf(process)
            .filter(tags::contains)
            .filter(tag ->
                process.pid() != self
                    && !isForked(process, tag, snapshot)
                    && snapshot.mayBeMainOf(process, tag))
            .ifPresent(tag -> oldest.merge(tag, process, TaggedMains::older));
      }
    }
    oldest.values().removeIf(process -> !leadsSession(process));
    return Map.copyOf(oldest);
  }

  private static boolean leadsSession(ProcStat process) {
    return process.pid() == process.session();
  }

  private static boolean isForked(ProcStat process, String tag, ProcessSnapshot snapshot) {
    return snapshot.hasAncestor(
        process, ancestor -> snapshot.tagOf(ancestor).equals(Optional.of(tag)));
  }

  private static ProcStat older(ProcStat one, ProcStat other) {
    return BY_AGE.compare(one, other) <= 0 ? one : other;
  }
}
