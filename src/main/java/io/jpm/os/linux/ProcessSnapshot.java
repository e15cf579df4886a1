package io.jpm.os.linux;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.IntPredicate;
import java.util.function.Predicate;

/// All processes as one walk over `/proc` saw them. Not a picture of one moment: whoever acts on it
/// has to verify each process again through a descriptor. Serves every tree that waits for a sweep,
/// so that ending a hundred apps costs one walk.
final class ProcessSnapshot {
  /// A torn walk could show a ring of parents; no real line of ancestors is that long.
  private static final int MOST_ANCESTORS = 4096;

  /// Older ones that have no environment are taken to want none.
  private static final long YOUNG_SECONDS = 2;

  private final long began;
  private final Map<Integer, ProcStat> byPid = new HashMap<>();
  private final Map<Integer, List<ProcStat>> byParent = new HashMap<>();
  private final Map<Integer, Optional<String>> tags = new HashMap<>();
  private final IntFunction<Optional<String>> tagReader;
  private final IntPredicate isBare;
  private boolean whole = true;

  /// @param began ticks since boot before the first process was read
  /// @param processes what was read
  /// @param tagReader reads a process's tag when it is asked for
  ProcessSnapshot(
      long began, Iterable<ProcStat> processes, IntFunction<Optional<String>> tagReader) {
    this(began, processes, tagReader, _ -> false);
  }

  private ProcessSnapshot(
      long began,
      Iterable<ProcStat> processes,
      IntFunction<Optional<String>> tagReader,
      IntPredicate isBare) {
    this.began = began;
    this.tagReader = tagReader;
    this.isBare = isBare;
    for (ProcStat process : processes) {
      byPid.put(process.pid(), process);
      byParent.computeIfAbsent(process.parent(), parent -> new ArrayList<>()).add(process);
    }
  }

  /// Walks over `/proc` now; `reader` has to stay open as long as tags are asked for. Tags count on
  /// processes that `trust` names.
  static ProcessSnapshot take(ProcReader reader, TagTrust trust) {
    long began = ProcReader.ticksNow();
    List<ProcStat> processes = new ArrayList<>();
    boolean whole = true;
    for (int pid : ProcReader.pids()) {
      Optional<ProcStat> stat = reader.stat(pid);
      whole &= stat.isPresent();
      stat.filter(seen -> !seen.isKernelThread()).ifPresent(processes::add);
    }
    var snapshot =
        new ProcessSnapshot(
            began,
            processes,
            pid -> reader.tag(pid).filter(tag -> trust.trusts(pid, tag, reader)),
            pid -> !reader.hasEnvironment(pid));
    snapshot.whole = whole;
    return snapshot;
  }

  /// Whether what is not found here is nowhere. Not so when a process ended while the walk went on,
  /// since it may have left a child that is not in the list; nor when one has just begun a program
  /// and has no environment yet, in which its tag will stand (`execve` makes it last).
  boolean isWhole() {
    return whole;
  }

  Collection<ProcStat> all() {
    return byPid.values();
  }

  Optional<ProcStat> process(int pid) {
    return Optional.ofNullable(byPid.get(pid));
  }

  List<ProcStat> childrenOf(int pid) {
    return byParent.getOrDefault(pid, List.of());
  }

  /// The tag the process carries, read at most once. Zombies have no environment any more.
  Optional<String> tagOf(ProcStat process) {
    return process.isAlive()
        ? tags.computeIfAbsent(process.pid(), _ -> readTag(process))
        : Optional.empty();
  }

  private Optional<String> readTag(ProcStat process) {
    Optional<String> tag = tagReader.apply(process.pid());
    boolean young = process.startTime() + YOUNG_SECONDS * ProcReader.Ticks.PER_SECOND >= began;
    whole &= tag.isPresent() || !young || !isBare.test(process.pid());
    return tag;
  }

  /// Whether it may have been made while the walk went on.
  boolean isNewborn(ProcStat process) {
    return process.startTime() >= began;
  }

  /// Whether `condition` holds for its parent, the parent of that, and so on.
  boolean hasAncestor(ProcStat process, Predicate<ProcStat> condition) {
    ProcStat at = byPid.get(process.parent());
    for (int depth = 0; at != null && depth < MOST_ANCESTORS; depth++) {
      if (condition.test(at)) {
        return true;
      }
      at = byPid.get(at.parent());
    }
    return false;
  }

  /// How many ancestors it has here: children before parents is the order of ending.
  int depth(ProcStat process) {
    int depth = 0;
    ProcStat at = process;
    while (at != null && depth < MOST_ANCESTORS) {
      depth++;
      at = byPid.get(at.parent());
    }
    return depth;
  }
}
