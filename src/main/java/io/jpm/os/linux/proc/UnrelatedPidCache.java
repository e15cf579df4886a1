package io.jpm.os.linux.proc;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// Remembers between walks over `/proc` which processes belong to no tree. These are nearly all
/// processes of a machine, and reading them is nearly all of the cost of a walk. For one thread.
///
/// The cache distinguishes two kinds of processes:
///
/// - An *untagged* process (`isStranger`) has run for a while with an environment that contains no
///   tag. A process gets its environment from its parent or at the start of a program. An untagged
///   process could therefore get a tag only by setting it itself.
/// - An *outsider* is an untagged process whose ancestors, session leader and group leader are
///   untagged too, and none of these is a main process (which may have removed its tag). None of
///   the conditions of [io.jpm.os.linux.tree.TreeMembers] holds for an outsider, and none ever
///   will. It can be reparented only to an ancestor, and its session or group can change only to
///   one of its own or one that an untagged process has created. Outsiders are not read at all: an
///   unchanged inode number proves that the process is the same ([ProcListing]).
public final class UnrelatedPidCache {
  /// Belongs to no tree, whatever its environment contains; 0 is a process in another namespace.
  private static final int INIT = 1;

  private final int self;
  private final Map<Integer, Long> startTimes = new HashMap<>();
  private final Map<Integer, Long> outsiders = new HashMap<>();
  private Set<Integer> mains = Set.of();

  /// @param self the daemon's pid: its children are never added, because a child shows the daemon's
  ///   environment until it has executed its program, which a slow disk may delay
  public UnrelatedPidCache(int self) {
    this.self = self;
  }

  /// Must be called before a walk.
  ///
  /// @param mains the main processes of all trees
  public void beginWalk(Set<Integer> mains) {
    this.mains = Set.copyOf(mains);
  }

  /// Discards all outsiders, so that they are read again: some of them may belong to a tree that
  /// has just been adopted.
  public void clear() {
    outsiders.clear();
  }

  /// Adds a process that has had an environment without a tag for a while.
  void add(ProcStat process) {
    if (process.parent() != self) {
      startTimes.put(process.pid(), process.startTime());
    }
  }

  /// Reports whether the process is a known untagged one and not another process with the same pid.
  boolean has(ProcStat process) {
    Long startTime = startTimes.get(process.pid());
    return startTime != null && startTime == process.startTime();
  }

  /// Adds a kernel thread, which belongs to no tree.
  void addKernelThread(int pid, long inode) {
    outsiders.put(pid, inode);
  }

  /// Reports whether the process is a known outsider and still the same process.
  ///
  /// @param inode inode number of its directory
  boolean isOutsider(int pid, long inode) {
    Long known = outsiders.get(pid);
    return known != null && known == inode;
  }

  /// Returns all outsiders: the inode number of the directory of each pid.
  public Map<Integer, Long> outsiders() {
    return Map.copyOf(outsiders);
  }

  /// Removes processes that have ended.
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

  /// Determines the outsiders of a walk after which all tags were read.
  public void endWalk(ProcessSnapshot now) {
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
