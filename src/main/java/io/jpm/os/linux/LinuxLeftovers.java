package io.jpm.os.linux;

import io.jpm.model.ProcessIdentity;
import io.jpm.model.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;

/// What is left of a tree whose main process has gone while no daemon watched.
final class LinuxLeftovers implements Child, ProcessTree.Main {
  private static final int NOBODY = Integer.MAX_VALUE; // far above the kernel's highest pid

  private final ProcessIdentity gone;
  private final String tag;
  private final ChildWatcher watcher;
  private final Reactor reactor;
  private final TreeSweeper sweeper;
  private final Self self;
  private final TagTrust trust;
  private final boolean ofThisBoot;
  private final TreeMembers members;
  private final ProcessTree tree;

  private volatile boolean treeWanted;
  private volatile boolean treeGone;
  private volatile boolean released;

  LinuxLeftovers(
      LinuxChild.Surroundings surroundings,
      ProcessIdentity gone,
      String tag,
      ChildWatcher watcher) {
    this.gone = gone;
    this.tag = tag;
    this.watcher = watcher;
    this.reactor = surroundings.reactor();
    this.sweeper = surroundings.sweeper();
    this.self = surroundings.self();
    this.trust = surroundings.trust();
    this.ofThisBoot = gone.bootId().equals(self.bootId());
    // A number of another boot names a stranger and his session: then only the tag counts.
    ProcessIdentity main =
        ofThisBoot ? gone : new ProcessIdentity(self.bootId(), NOBODY, gone.startTime());
    this.members = new TreeMembers(main, new Tag(tag), self.pid(), self.tag());
    this.tree = new ProcessTree(this, members, reactor, sweeper);
    sweeper.know(tree, false);
  }

  @Override
  public ProcessIdentity identity() {
    return gone;
  }

  @Override
  public String tag() {
    return tag;
  }

  @Override
  public boolean hasLeftovers() {
    try (ProcReader reader = new ProcReader()) {
      return hasLeftovers(ProcessSnapshot.take(reader, trust));
    }
  }

  /// Whether there are any in `snapshot`, which began when the main process was gone.
  boolean hasLeftovers(ProcessSnapshot snapshot) {
    // What is left of a tree that is gone is not ours to end.
    return !treeGone && !members.in(snapshot, lastThere(), nobody -> false).isEmpty();
  }

  @Override
  public void signalTree(Signal signal, Runnable sent) {
    if (!released) {
      treeWanted = true;
      sweeper.submit(() -> tree.order(signal, sent));
    }
  }

  @Override
  public boolean hasKilledOthers() {
    return tree.hasKilled();
  }

  @Override
  public void signalMain(Signal signal) {
    // It is gone.
  }

  @Override
  public void release() {
    released = true;
    sweeper.forget(tree);
    if (treeWanted) {
      sweeper.submit(tree::forget);
    }
  }

  @Override
  public boolean hasExited() {
    return true;
  }

  /// When it had its pid is known of its first tick only.
  @Override
  public long lastThere() {
    return ofThisBoot ? gone.startTime() : -1;
  }

  @Override
  public int send(Signal signal) {
    return -Errno.ESRCH;
  }

  @Override
  public void treeIsGone() {
    treeGone = true;
    sweeper.forget(tree);
    reactor.execute(() -> {
      if (!released) {
        watcher.treeGone();
      }
    });
  }
}
