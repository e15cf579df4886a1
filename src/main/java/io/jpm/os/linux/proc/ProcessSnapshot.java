package io.jpm.os.linux.proc;

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
public final class ProcessSnapshot {
  /// A torn walk could show a ring of parents; no real line of ancestors is that long.
  public static final int MOST_ANCESTORS = 4096;

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
  private final UnrelatedPidCache unrelatedPidCache;
  private final Proofs proofs;
  private boolean whole = true;

  /// What a process shows of where it comes from.
  ///
  /// @param tag its tag, where it has one that counts
  /// @param kind whether there is anything in its environment
  /// @param mark its mark, as of [TreeMark]
  public record Environment(Optional<String> tag, Kind kind, long mark) {
    private static final Environment STRANGE = new Environment(Optional.empty(), Kind.UNTAGGED);

    private static final Environment NONE = new Environment(Optional.empty(), Kind.BARE);

    /// Of a process without a mark.
    public Environment(Optional<String> tag, Kind kind) {
      this(tag, kind, TreeMark.NONE);
    }
  }

  /// Whether the kernel confirms what a process shows of itself, as of [TagTrust].
  public interface Proofs {
    /// Where all processes are of the daemon's user.
    Proofs NONE_NEEDED =
        new Proofs() {
          @Override
          public boolean mayBeOf(int pid, String tag) {
            return true;
          }

          @Override
          public boolean mayBeMainOf(int pid, String tag) {
            return true;
          }
        };

    /// Whether it may be of the tree with this tag.
    boolean mayBeOf(int pid, String tag);

    /// Whether it may be the main process of that tree.
    boolean mayBeMainOf(int pid, String tag);
  }

  /// What an environment is like.
  public enum Kind {
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
  /// @param unrelatedPidCache of whom it is not read again
  public ProcessSnapshot(
      long began,
      Iterable<ProcStat> processes,
      IntFunction<Environment> reader,
      UnrelatedPidCache unrelatedPidCache) {
    this(began, processes, reader, unrelatedPidCache, Map.of(), Proofs.NONE_NEEDED);
  }

  /// @param inodes of the folders of all processes, also of those that were not read
  ProcessSnapshot(
      long began,
      Iterable<ProcStat> processes,
      IntFunction<Environment> reader,
      UnrelatedPidCache unrelatedPidCache,
      Map<Integer, Long> inodes) {
    this(began, processes, reader, unrelatedPidCache, inodes, Proofs.NONE_NEEDED);
  }

  /// @param inodes of the folders of all processes, also of those that were not read
  /// @param proofs whether what a process shows may be true
  public ProcessSnapshot(
      long began,
      Iterable<ProcStat> processes,
      IntFunction<Environment> reader,
      UnrelatedPidCache unrelatedPidCache,
      Map<Integer, Long> inodes,
      Proofs proofs) {
    this.proofs = proofs;
    this.began = began;
    this.inodes = inodes;
    this.reader = reader;
    this.unrelatedPidCache = unrelatedPidCache;
    for (ProcStat process : processes) {
      byPid.put(process.pid(), process);
      byParent.computeIfAbsent(process.parent(), parent -> new ArrayList<>()).add(process);
    }
  }

  /// Walks over `/proc` now; `reader` has to stay open as long as tags are asked for. Tags count on
  /// processes that `trust` names.
  public static ProcessSnapshot take(ProcReader reader, TagTrust trust) {
    return take(reader, trust, new UnrelatedPidCache((int) ProcessHandle.current().pid()));
  }

  /// The same, by somebody who walks often.
  ///
  /// @param unrelatedPidCache whom the walks before have found to be none of ours; outsiders among
  ///   them are left out
  public static ProcessSnapshot take(
      ProcReader reader, TagTrust trust, UnrelatedPidCache unrelatedPidCache) {
    long began = ProcReader.ticksNow();
    ProcListing listing = reader.listing();
    List<ProcStat> processes = new ArrayList<>();
    Map<Integer, Long> inodes = HashMap.newHashMap(listing.size());
    boolean whole = true;
    for (int i = 0; i < listing.size(); i++) {
      int pid = listing.pid(i);
      inodes.put(pid, listing.inode(i));
      if (!unrelatedPidCache.isOutsider(pid, listing.inode(i))) {
        Optional<ProcStat> stat = reader.stat(pid);
        whole &= stat.isPresent();
        if (stat.filter(ProcStat::isKernelThread).isPresent()) {
          unrelatedPidCache.addKernelThread(pid, listing.inode(i));
        } else {
          stat.ifPresent(processes::add);
        }
      }
    }
    var snapshot =
        new ProcessSnapshot(
            began,
            processes,
            pid -> reader.environment(pid, trust),
            unrelatedPidCache,
            inodes,
            proofs(reader, trust));
    unrelatedPidCache.keepOnly(snapshot);
    snapshot.whole = whole;
    return snapshot;
  }

  private static Proofs proofs(ProcReader reader, TagTrust trust) {
    return new Proofs() {
      @Override
      public boolean mayBeOf(int pid, String tag) {
        return trust.trusts(pid, tag, reader);
      }

      @Override
      public boolean mayBeMainOf(int pid, String tag) {
        return trust.trustsMain(pid, tag, reader);
      }
    };
  }

  /// Whether a process that shows the mark of the tree with `tag` may be of it.
  public boolean mayBeOf(ProcStat process, String tag) {
    return proofs.mayBeOf(process.pid(), tag);
  }

  /// Whether a process that shows `tag` may be the main process of that tree.
  public boolean mayBeMainOf(ProcStat process, String tag) {
    return proofs.mayBeMainOf(process.pid(), tag);
  }

  /// The inode of a process's folder; [#NO_INODE] when there is no such process.
  long inodeOf(int pid) {
    return inodes.getOrDefault(pid, NO_INODE);
  }

  /// Whether what is not found here is nowhere. Not so when a process ended while the walk went on,
  /// since it may have left a child that is not in the list; nor when one has just begun a program
  /// and has no environment yet, in which its tag will stand (`execve` makes it last).
  public boolean isWhole() {
    return whole;
  }

  public Collection<ProcStat> all() {
    return byPid.values();
  }

  public Optional<ProcStat> process(int pid) {
    return Optional.ofNullable(byPid.get(pid));
  }

  public List<ProcStat> childrenOf(int pid) {
    return byParent.getOrDefault(pid, List.of());
  }

  /// The tag the process carries, read at most once. Zombies have no environment any more.
  public Optional<String> tagOf(ProcStat process) {
    return environmentOf(process).tag();
  }

  /// The mark the process carries, as of [TreeMark], read with its tag.
  public long markOf(ProcStat process) {
    return environmentOf(process).mark();
  }

  private Environment environmentOf(ProcStat process) {
    return process.isAlive()
        ? environments.computeIfAbsent(process.pid(), _ -> readEnvironment(process))
        : Environment.NONE;
  }

  private Environment readEnvironment(ProcStat process) {
    if (unrelatedPidCache.has(process)) {
      return Environment.STRANGE;
    }
    Environment environment = reader.apply(process.pid());
    boolean young = process.startTime() + YOUNG_SECONDS * ProcReader.Ticks.PER_SECOND >= began;
    switch (environment.kind()) {
      case BARE -> whole &= !young;
      case UNTAGGED -> {
        if (!young && environment.mark() == TreeMark.NONE) {
          unrelatedPidCache.add(process);
        }
      }
      case TAGGED -> {
        // What counts may change: it is read each time.
      }
    }
    return environment;
  }

  /// Whether it may have been made while the walk went on.
  public boolean isNewborn(ProcStat process) {
    return process.startTime() >= began;
  }

  /// Whether `condition` holds for its parent, the parent of that, and so on.
  public boolean hasAncestor(ProcStat process, Predicate<ProcStat> condition) {
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
  public int depth(ProcStat process) {
    int depth = 0;
    ProcStat at = process;
    while (at != null && depth < MOST_ANCESTORS) {
      depth++;
      at = byPid.get(at.parent());
    }
    return depth;
  }
}
