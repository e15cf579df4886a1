package io.jpm.os.linux;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/// All processes as one walk over `/proc` saw them. Not a picture of one moment: whoever acts on it
/// has to verify each process again through a descriptor. Serves every tree that waits for a sweep,
/// so that ending a hundred apps costs one walk.
final class ProcessSnapshot {
  /// A torn walk could show a ring of parents; no real line of ancestors is that long.
  private static final int MOST_ANCESTORS = 4096;

  private final long began;
  private final Map<Integer, ProcStat> byPid = new HashMap<>();
  private final Map<Integer, List<ProcStat>> byParent = new HashMap<>();
  private final Map<Integer, Optional<String>> tags = new HashMap<>();
  private final IntFunction<Optional<String>> tagReader;
  private final boolean whole;

  /// @param began ticks since boot before the first process was read
  /// @param processes what was read
  /// @param tagReader reads a process's tag when it is asked for
  ProcessSnapshot(
      long began, Iterable<ProcStat> processes, IntFunction<Optional<String>> tagReader) {
    this(began, processes, tagReader, true);
  }

  private ProcessSnapshot(
      long began,
      Iterable<ProcStat> processes,
      IntFunction<Optional<String>> tagReader,
      boolean whole) {
    this.began = began;
    this.tagReader = tagReader;
    this.whole = whole;
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
    return new ProcessSnapshot(
        began,
        processes,
        pid -> reader.tag(pid).filter(tag -> trust.trusts(pid, tag, reader)),
        whole);
  }

  /// Whether no process ended while the walk went on. One that did may have left a child that is
  /// not in the list, so such a walk does not prove that nobody is there.
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
        ? tags.computeIfAbsent(process.pid(), tagReader::apply)
        : Optional.empty();
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
