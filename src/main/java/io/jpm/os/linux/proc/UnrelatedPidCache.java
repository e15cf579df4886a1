package io.jpm.os.linux.proc;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Remembers from one scan of `/proc` to the next which processes belong to no tree. These are
/// nearly all processes of a machine, and reading them is nearly all of the cost of a scan. Must be
/// used by one thread only.
///
/// The cache distinguishes two kinds of processes:
///
/// - An *untagged* process has been running for a while with an environment that contains no tag. A
///   process receives its environment from its parent or when it executes a program, so an untagged
///   process could get a tag only by setting it itself.
/// - An *outsider* is an untagged process whose ancestors, session leader and group leader are also
///   untagged. None of these may be a main process, which may have removed its tag. None of the
///   conditions of [io.jpm.os.linux.tree.TreeMembers] holds for an outsider, now or later: it can
///   be reparented only to one of its ancestors, and it can only change to a session or group that
///   it creates itself or that an untagged process has created. Outsiders are not read at all,
///   because an unchanged inode number proves that the process is the same ([ProcListing]).
public final class UnrelatedPidCache {
  /// The init process belongs to no tree, whatever its environment contains. A parent in another
  /// namespace has the pid 0.
  private static final int INIT = 1;

  private final int self;
  private final Map<Integer, Long> startTimes = new HashMap<>();
  private final Map<Integer, Long> outsiders = new HashMap<>();
  private Set<Integer> mains = Set.of();

  /// Creates an empty cache.
  ///
  /// @param self the daemon's pid. The daemon's children are never added: a child has the daemon's
  ///   environment until it executes its program, which a slow disk may delay.
  public UnrelatedPidCache(int self) {
    this.self = self;
  }

  /// Prepares the cache for a scan. Must be called before each scan.
  ///
  /// @param mains the main processes of all trees
  public void beginScan(Set<Integer> mains) {
    this.mains = Set.copyOf(mains);
  }

  /// Discards all outsiders so that they are read again, because some of them may belong to a tree
  /// that has just been adopted.
  public void clear() {
    outsiders.clear();
  }

  /// Adds a process that has had an environment without a tag for a while.
  void add(ProcStat process) {
    if (process.parent() != self) {
      startTimes.put(process.pid(), process.startTime());
    }
  }

  /// Reports whether the process is known to be untagged and is not a different process with the
  /// same pid.
  boolean has(ProcStat process) {
    Long startTime = startTimes.get(process.pid());
    return startTime != null && startTime == process.startTime();
  }

  /// Adds a kernel thread, which belongs to no tree.
  void addKernelThread(int pid, long inode) {
    outsiders.put(pid, inode);
  }

  /// Reports whether the process is a known outsider and not a different process with the same pid.
  ///
  /// @param inode the inode number of the process's directory
  boolean isOutsider(int pid, long inode) {
    Long known = outsiders.get(pid);
    return known != null && known == inode;
  }

  /// Returns the pids of all outsiders, each with the inode number of its directory.
  public Map<Integer, Long> outsiders() {
    return Map.copyOf(outsiders);
  }

  /// Removes processes that have exited.
  void keepOnly(ProcessSnapshot now) {
    outsiders.entrySet().removeIf(known -> now.inodeOf(known.getKey()) != known.getValue());
    startTimes
        .entrySet()
        .removeIf(known ->
            !outsiders.containsKey(known.getKey())
                && now.process(known.getKey())
                    .filter(process -> process.startTime() == known.getValue())
                    .isEmpty());
  }

  /// Determines the outsiders. Must be called after a scan and after the tags of all its processes
  /// were read.
  public void endScan(ProcessSnapshot now) {
    for (ProcStat process : now.all()) {
      long inode = now.inodeOf(process.pid());
      if (inode != ProcessSnapshot.NO_INODE && isOutside(process, now)) {
        outsiders.put(process.pid(), inode);
      }
    }
  }

  private boolean isOutside(ProcStat process, ProcessSnapshot now) {
    if (!isUntagged(process)
        || !isLeaderUntagged(process.session(), now)
        || !isLeaderUntagged(process.group(), now)) {
      return false;
    }
    int at = process.parent();
    for (int depth = 0; depth < ProcessSnapshot.MOST_ANCESTORS; depth++) {
      if (at <= INIT || outsiders.containsKey(at)) {
        return true;
      }
      Optional<ProcStat> ancestor = now.process(at).filter(this::isUntagged);
      if (ancestor.isEmpty()) {
        return false;
      }
      at = ancestor.get().parent();
    }
    return false;
  }

  private boolean isUntagged(ProcStat process) {
    return has(process) && !mains.contains(process.pid());
  }

  /// Reports whether the session or group leader exists and is untagged.
  private boolean isLeaderUntagged(int leader, ProcessSnapshot now) {
    return leader <= INIT
        || outsiders.containsKey(leader)
        || now.process(leader).filter(this::isUntagged).isPresent();
  }
}
