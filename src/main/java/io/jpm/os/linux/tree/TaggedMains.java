package io.jpm.os.linux.tree;

import io.jpm.os.linux.proc.ProcStat;
import io.jpm.os.linux.proc.ProcessSnapshot;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Which processes were made by a daemon and not forked by an app, decided from a snapshot alone.
/// All of a tree carry the same tag, and a child that called `setsid` leads a session as its main
/// process does. But whatever carries the tag was forked, directly or not, by the main process: so
/// that one has no ancestor with the tag, and nobody with the tag is older.
///
/// Nothing tells the main process from a session leader among its children that was orphaned and
/// outlived it, unless something older of the tree lives too: such an orphan is taken for it.
public final class TaggedMains {
  /// Of those who began in the same tick the main process is the one that leads a session, and has
  /// the lowest pid, unless the kernel just began to count anew.
  private static final Comparator<ProcStat> BY_AGE =
      Comparator.comparingLong(ProcStat::startTime)
          .thenComparing(stat -> !leadsSession(stat))
          .thenComparingInt(ProcStat::pid);

  private TaggedMains() {}

  /// The main processes by tag.
  ///
  /// @param snapshot all processes
  /// @param self the daemon's pid: never a main process
  /// @param tagPrefix what the tags begin with
  public static Map<String, ProcStat> in(ProcessSnapshot snapshot, int self, String tagPrefix) {
    // The environments of leaders are few; the others are read only when there is a question.
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
