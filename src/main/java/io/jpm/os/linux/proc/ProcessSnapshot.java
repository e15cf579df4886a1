package io.jpm.os.linux.proc;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.IntFunction;
import java.util.function.Predicate;

/// The relevant processes found by one scan of `/proc`, with their tags and parents. A scan does
/// not capture a single moment, so a process must be verified again through a pidfd before it is
/// signaled. All trees that are being terminated share one snapshot, so that terminating a hundred
/// apps requires only one scan.
public final class ProcessSnapshot {
  /// Upper bound on the number of ancestors followed, because an inconsistent scan could contain a
  /// cycle of parents. No real chain of ancestors is this long.
  public static final int MOST_ANCESTORS = 4096;

  /// Age from which an empty environment is considered final. A younger process may not have
  /// received its environment yet.
  private static final long MIN_ENVIRONMENT_AGE_SECONDS = 2;

  /// Placeholder for an unknown inode number. No process directory has this number.
  static final long NO_INODE = 0;

  private final long began;
  private final Map<Integer, ProcStat> byPid = new HashMap<>();
  private final Map<Integer, List<ProcStat>> byParent = new HashMap<>();
  private final Map<Integer, Environment> environments = new HashMap<>();
  private final Map<Integer, Long> inodes;
  private final IntFunction<Environment> reader;
  private final UnrelatedPidCache unrelatedPidCache;
  private final TagChecks tagChecks;
  private boolean complete = true;

  /// The origin of a process according to its environment and its limits.
  ///
  /// @param tag the process tag; empty if there is none or it is not accepted
  /// @param kind whether the environment contains a process tag
  /// @param rlimitTag the rlimit tag, see [RlimitTag]
  public record Environment(Optional<String> tag, Kind kind, long rlimitTag) {
    private static final Environment UNTAGGED = new Environment(Optional.empty(), Kind.UNTAGGED);

    private static final Environment NONE = new Environment(Optional.empty(), Kind.BARE);

    /// Creates the environment of a process without an rlimit tag.
    public Environment(Optional<String> tag, Kind kind) {
      this(tag, kind, RlimitTag.NONE);
    }
  }

  /// Checks whether the tag of a process is genuine, see [TagVerifier].
  public interface TagChecks {
    /// Accepts all tags, for snapshots in which all processes belong to the daemon's user.
    TagChecks NONE_NEEDED =
        new TagChecks() {
          @Override
          public boolean mayBeOf(int pid, String tag) {
            return true;
          }

          @Override
          public boolean mayBeMainOf(int pid, String tag) {
            return true;
          }
        };

    /// Reports whether the process may belong to the tree with this tag.
    boolean mayBeOf(int pid, String tag);

    /// Reports whether the process may be the main process of the tree with this tag.
    boolean mayBeMainOf(int pid, String tag);
  }

  /// Whether the environment of a process contains a process tag.
  public enum Kind {
    /// The environment is empty or cannot be read.
    BARE,
    /// The environment contains no tag.
    UNTAGGED,
    /// The environment contains a tag, possibly one that is not accepted.
    TAGGED
  }

  /// Creates a snapshot of the processes that a scan has read.
  ///
  /// @param began the time before the first process was read, in ticks since boot
  /// @param processes the processes that were read
  /// @param reader reads the environment of a process when its tag is requested
  /// @param unrelatedPidCache the processes whose environment does not have to be read again
  public ProcessSnapshot(
      long began,
      Iterable<ProcStat> processes,
      IntFunction<Environment> reader,
      UnrelatedPidCache unrelatedPidCache) {
    this(began, processes, reader, unrelatedPidCache, Map.of(), TagChecks.NONE_NEEDED);
  }

  /// Creates a snapshot of the processes that a scan has read.
  ///
  /// @param inodes the inode numbers of the directories of all processes, including those that were
  ///   not read
  ProcessSnapshot(
      long began,
      Iterable<ProcStat> processes,
      IntFunction<Environment> reader,
      UnrelatedPidCache unrelatedPidCache,
      Map<Integer, Long> inodes) {
    this(began, processes, reader, unrelatedPidCache, inodes, TagChecks.NONE_NEEDED);
  }

  /// Creates a snapshot of the processes that a scan has read.
  ///
  /// @param inodes the inode numbers of the directories of all processes, including those that were
  ///   not read
  /// @param tagChecks checks the tags of processes
  public ProcessSnapshot(
      long began,
      Iterable<ProcStat> processes,
      IntFunction<Environment> reader,
      UnrelatedPidCache unrelatedPidCache,
      Map<Integer, Long> inodes,
      TagChecks tagChecks) {
    this.tagChecks = tagChecks;
    this.began = began;
    this.inodes = inodes;
    this.reader = reader;
    this.unrelatedPidCache = unrelatedPidCache;
    for (ProcStat process : processes) {
      byPid.put(process.pid(), process);
      byParent.computeIfAbsent(process.parent(), parent -> new ArrayList<>()).add(process);
    }
  }

  /// Takes a snapshot of `/proc`. `reader` must stay open as long as tags are requested. Only tags
  /// that `trust` accepts are returned.
  public static ProcessSnapshot take(ProcReader reader, TagVerifier trust) {
    return take(reader, trust, new UnrelatedPidCache((int) ProcessHandle.current().pid()));
  }

  /// Takes a snapshot like [#take(ProcReader, TagVerifier)], for callers that do so often.
  ///
  /// @param unrelatedPidCache the processes that earlier scans have found to belong to no tree;
  ///   those that are outsiders are skipped
  public static ProcessSnapshot take(
      ProcReader reader, TagVerifier trust, UnrelatedPidCache unrelatedPidCache) {
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
    snapshot.complete = whole;
    return snapshot;
  }

  private static TagChecks proofs(ProcReader reader, TagVerifier trust) {
    return new TagChecks() {
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

  /// Reports whether a process that carries the rlimit tag of the tree with `tag` may belong to
  /// that tree.
  public boolean mayBeOf(ProcStat process, String tag) {
    return tagChecks.mayBeOf(process.pid(), tag);
  }

  /// Reports whether a process with `tag` may be the main process of the tree with this tag.
  public boolean mayBeMainOf(ProcStat process, String tag) {
    return tagChecks.mayBeMainOf(process.pid(), tag);
  }

  /// Returns the inode number of a process's directory; [#NO_INODE] if there is no such process.
  long inodeOf(int pid) {
    return inodes.getOrDefault(pid, NO_INODE);
  }

  /// Reports whether the snapshot is complete. If it is, a process that it does not contain does
  /// not exist. A snapshot is incomplete in two cases:
  ///
  /// - A process exited during the scan, so a child of it may be missing.
  /// - A process has just executed a program and does not have an environment yet. `execve` sets it
  ///   up last, and it may contain a tag.
  public boolean isComplete() {
    return complete;
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

  /// Returns the process tag of a process, which is read at most once. Empty for a zombie, which
  /// has no environment.
  public Optional<String> tagOf(ProcStat process) {
    return environmentOf(process).tag();
  }

  /// Returns the rlimit tag of a process, see [RlimitTag]. It is read together with the process
  /// tag.
  public long rlimitTagOf(ProcStat process) {
    return environmentOf(process).rlimitTag();
  }

  private Environment environmentOf(ProcStat process) {
    return process.isAlive()
        ? environments.computeIfAbsent(process.pid(), _ -> readEnvironment(process))
        : Environment.NONE;
  }

  private Environment readEnvironment(ProcStat process) {
    if (unrelatedPidCache.has(process)) {
      return Environment.UNTAGGED;
    }
    Environment environment = reader.apply(process.pid());
    boolean young =
        process.startTime() + MIN_ENVIRONMENT_AGE_SECONDS * ProcReader.Ticks.PER_SECOND >= began;
    switch (environment.kind()) {
      case BARE -> complete &= !young;
      case UNTAGGED -> {
        if (!young && environment.rlimitTag() == RlimitTag.NONE) {
          unrelatedPidCache.add(process);
        }
      }
      case TAGGED -> {
        // Not cached, because a tag may become accepted later.
      }
    }
    return environment;
  }

  /// Reports whether the process may have been created during the scan.
  public boolean mayBeCreatedDuringScan(ProcStat process) {
    return process.startTime() >= began;
  }

  /// Reports whether `condition` holds for any ancestor of the process.
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

  /// Returns the depth of the process in the snapshot: 1 if its parent is not in the snapshot, 2
  /// for the children of such a process, and so on. Processes are terminated in descending order of
  /// depth.
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
