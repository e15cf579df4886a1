package io.jpm.os.linux.proc;

import java.util.HashMap;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// The processes that are known to belong to no tree, from one walk to the next: nearly all of a
/// machine, and reading them is nearly all of what a walk costs. For one thread.
///
/// A *stranger* carries no tag. A process has its environment from its parent, or from who made it
/// begin a program. So one that has run for a while with an environment and no tag in it could get
/// a tag only by putting it there itself, without having been given it.
///
/// An *outsider* is a stranger whose ancestors, leader of the session and leader of the group are
/// strangers too, and none of them a main process (which may have thrown its tag away): none of the
/// proofs of [io.jpm.os.linux.tree.TreeMembers] is true of it. None will be: it may lose its parent
/// to an ancestor only, and may change its session or group for one of its own or of a stranger's
/// making. Of outsiders nothing is read, not even whether they are what they were, since their
/// inode tells ([ProcListing]).
public final class UnrelatedPidCache {
  /// In no tree, whatever it shows; 0 is what lies in another namespace.
  private static final int INIT = 1;

  private final int self;
  private final Map<Integer, Long> startTimes = new HashMap<>();
  private final Map<Integer, Long> outsiders = new HashMap<>();
  private Set<Integer> mains = Set.of();

  /// @param self the daemon's pid: a child that has not begun its program yet shows the daemon's
  ///   environment, for as long as the disk takes to give the program
  public UnrelatedPidCache(int self) {
    this.self = self;
  }

  /// To be told before a walk.
  ///
  /// @param mains the main processes of all trees
  public void walking(Set<Integer> mains) {
    this.mains = Set.copyOf(mains);
  }

  /// Somebody's tree has turned out to be ours: all are to be read anew.
  public void doubt() {
    outsiders.clear();
  }

  /// It has an environment, has had it for a while, and there is no tag in it.
  void add(ProcStat process) {
    if (process.parent() != self) {
      startTimes.put(process.pid(), process.startTime());
    }
  }

  /// Whether it is one, and not another process of the same number.
  boolean has(ProcStat process) {
    Long startTime = startTimes.get(process.pid());
    return startTime != null && startTime == process.startTime();
  }

  /// A thread of the kernel is in no tree.
  void addKernelThread(int pid, long inode) {
    outsiders.put(pid, inode);
  }

  /// Whether it is known to be in no tree, and what it was.
  ///
  /// @param inode of its folder
  boolean isOutsider(int pid, long inode) {
    Long known = outsiders.get(pid);
    return known != null && known == inode;
  }

  /// All that are known to be in no tree: the inode of each one's folder.
  public Map<Integer, Long> outsiders() {
    return Map.copyOf(outsiders);
  }

  /// Forgets those that are not there any more.
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

  /// Finds the outsiders of a walk after which all tags were asked for.
  public void settle(ProcessSnapshot now) {
    for (ProcStat process : now.all()) {
      long inode = now.inodeOf(process.pid());
      if (inode != ProcessSnapshot.NO_INODE && isOutside(process, now)) {
        outsiders.put(process.pid(), inode);
      }
    }
  }

  private boolean isOutside(ProcStat process, ProcessSnapshot now) {
    if (!isStranger(process) || !leads(process.session(), now) || !leads(process.group(), now)) {
      return false;
    }
    int at = process.parent();
    for (int depth = 0; depth < ProcessSnapshot.MOST_ANCESTORS; depth++) {
      if (at <= INIT || outsiders.containsKey(at)) {
        return true;
      }
      Optional<ProcStat> ancestor = now.process(at).filter(this::isStranger);
      if (ancestor.isEmpty()) {
        return false;
      }
      at = ancestor.get().parent();
    }
    return false;
  }

  private boolean isStranger(ProcStat process) {
    return has(process) && !mains.contains(process.pid());
  }

  /// Whether the leader of that number is there and a stranger.
  private boolean leads(int leader, ProcessSnapshot now) {
    return leader <= INIT
        || outsiders.containsKey(leader)
        || now.process(leader).filter(this::isStranger).isPresent();
  }
}
