package io.jpm.os.linux;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/// All processes that may matter as one walk over `/proc` saw them. Not a picture of one moment:
/// whoever acts on it has to verify each process again through a descriptor. Serves every tree that
/// waits for a sweep, so that ending a hundred apps costs one walk.
final class ProcessSnapshot {
  /// A torn walk could show a ring of parents; no real line of ancestors is that long.
  static final int MOST_ANCESTORS = 4096;

  /// Older ones that have no environment are taken to want none.
  private static final long YOUNG_SECONDS = 2;

  /// No folder of a process has it.
  static final long NO_INODE = 0;

  private final long began;
  private final Map<Integer, ProcStat> byPid = new HashMap<>();
  private final Map<Integer, List<ProcStat>> byParent = new HashMap<>();
  private final Map<Integer, Environment> environments = new HashMap<>();
  private final Map<Integer, Long> inodes;
  private final IntFunction<Environment> reader;
  private final Strangers strangers;
  private boolean whole = true;

  /// What a process shows of where it comes from.
  ///
  /// @param tag its tag, where it has one that counts
  /// @param kind whether there is anything in its environment
  /// @param mark its mark, as of [TreeMark]
  record Environment(Optional<String> tag, Kind kind, long mark) {
    private static final Environment STRANGE = new Environment(Optional.empty(), Kind.UNTAGGED);

    private static final Environment NONE = new Environment(Optional.empty(), Kind.BARE);

    /// Of a process without a mark.
    Environment(Optional<String> tag, Kind kind) {
      this(tag, kind, TreeMark.NONE);
    }
  }

  /// What an environment is like.
  enum Kind {
    /// There is none, or it must not be read.
    BARE,
    /// There is no tag in it.
    UNTAGGED,
    /// There is a tag in it, be it one that does not count.
    TAGGED
  }

  /// @param began ticks since boot before the first process was read
  /// @param processes what was read
  /// @param reader reads a process's environment when its tag is asked for
  /// @param strangers of whom it is not read again
  ProcessSnapshot(
      long began,
      Iterable<ProcStat> processes,
      IntFunction<Environment> reader,
      Strangers strangers) {
    this(began, processes, reader, strangers, Map.of());
  }

  /// @param inodes of the folders of all processes, also of those that were not read
  ProcessSnapshot(
      long began,
      Iterable<ProcStat> processes,
      IntFunction<Environment> reader,
      Strangers strangers,
      Map<Integer, Long> inodes) {
    this.began = began;
    this.inodes = inodes;
    this.reader = reader;
    this.strangers = strangers;
    for (ProcStat process : processes) {
      byPid.put(process.pid(), process);
      byParent.computeIfAbsent(process.parent(), parent -> new ArrayList<>()).add(process);
    }
  }

  /// Walks over `/proc` now; `reader` has to stay open as long as tags are asked for. Tags count on
  /// processes that `trust` names.
  static ProcessSnapshot take(ProcReader reader, TagTrust trust) {
    return take(reader, trust, new Strangers((int) ProcessHandle.current().pid()));
  }

  /// The same, by somebody who walks often.
  ///
  /// @param strangers whom the walks before have found to be none of ours; outsiders among them are
  ///   left out
  static ProcessSnapshot take(ProcReader reader, TagTrust trust, Strangers strangers) {
    long began = ProcReader.ticksNow();
    ProcListing listing = reader.listing();
    List<ProcStat> processes = new ArrayList<>();
    Map<Integer, Long> inodes = HashMap.newHashMap(listing.size());
    boolean whole = true;
    for (int i = 0; i < listing.size(); i++) {
      int pid = listing.pid(i);
      inodes.put(pid, listing.inode(i));
      if (!strangers.isOutsider(pid, listing.inode(i))) {
        Optional<ProcStat> stat = reader.stat(pid);
        whole &= stat.isPresent();
        if (stat.filter(ProcStat::isKernelThread).isPresent()) {
          strangers.addKernelThread(pid, listing.inode(i));
        } else {
          stat.ifPresent(processes::add);
        }
      }
    }
    var snapshot =
        new ProcessSnapshot(
            began, processes, pid -> reader.environment(pid, trust), strangers, inodes);
    strangers.keepOnly(snapshot);
    snapshot.whole = whole;
    return snapshot;
  }

  /// The inode of a process's folder; [#NO_INODE] when there is no such process.
  long inodeOf(int pid) {
    return inodes.getOrDefault(pid, NO_INODE);
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
    return environmentOf(process).tag();
  }

  /// The mark the process carries, as of [TreeMark], read with its tag.
  long markOf(ProcStat process) {
    return environmentOf(process).mark();
  }

  private Environment environmentOf(ProcStat process) {
    return process.isAlive()
        ? environments.computeIfAbsent(process.pid(), _ -> readEnvironment(process))
        : Environment.NONE;
  }

  private Environment readEnvironment(ProcStat process) {
    if (strangers.has(process)) {
      return Environment.STRANGE;
    }
    Environment environment = reader.apply(process.pid());
    boolean young = process.startTime() + YOUNG_SECONDS * ProcReader.Ticks.PER_SECOND >= began;
    switch (environment.kind()) {
      case BARE -> whole &= !young;
      case UNTAGGED -> {
        if (!young && environment.mark() == TreeMark.NONE) {
          strangers.add(process);
        }
      }
      case TAGGED -> {
        // What counts may change: it is read each time.
      }
    }
    return environment;
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
