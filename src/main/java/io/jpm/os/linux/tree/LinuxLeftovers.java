package io.jpm.os.linux.tree;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Reactor;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcessSnapshot;
import io.jpm.os.linux.proc.ProcessTag;
import io.jpm.os.linux.proc.TagVerifier;

/// The leftovers of a tree whose main process ended while no daemon was running.
public final class LinuxLeftovers implements Child, ProcessTree.Main {
  private static final int NOBODY = Integer.MAX_VALUE; // far above the kernel's highest pid

  private final ProcessIdentity gone;
  private final String tag;
  private final ChildWatcher watcher;
  private final Reactor reactor;
  private final TreeSweeper sweeper;
  private final DaemonIdentity daemonIdentity;
  private final TagVerifier trust;
  private final boolean ofThisBoot;
  private final TreeMembers members;
  private final ProcessTree tree;

  private volatile boolean treeWanted;
  private volatile boolean treeGone;
  private volatile boolean released;

  public LinuxLeftovers(
      LinuxChild.Context surroundings, ProcessIdentity gone, String tag, ChildWatcher watcher) {
    this.gone = gone;
    this.tag = tag;
    this.watcher = watcher;
    this.reactor = surroundings.reactor();
    this.sweeper = surroundings.sweeper();
    this.daemonIdentity = surroundings.daemonIdentity();
    this.trust = surroundings.trust();
    this.ofThisBoot = gone.bootId().equals(daemonIdentity.bootId());
    // A pid from before a reboot may now belong to an unrelated process and its session, so that
    // only the tag counts.
    ProcessIdentity main =
        ofThisBoot ? gone : new ProcessIdentity(daemonIdentity.bootId(), NOBODY, gone.startTime());
    this.members =
        new TreeMembers(main, new ProcessTag(tag), daemonIdentity.pid(), daemonIdentity.tag());
    this.tree = new ProcessTree(this, members, reactor, sweeper);
    sweeper.register(tree, false);
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

  /// Reports whether `snapshot` contains leftovers. It must have been taken after the main process
  /// ended.
  public boolean hasLeftovers(ProcessSnapshot snapshot) {
    // After treeGone, any process that remains cannot be ended by the daemon.
    return !treeGone && !members.find(snapshot, lastThere(), nobody -> false).isEmpty();
  }

  @Override
  public void signalTree(Signal signal, Runnable sent) {
    if (!released) {
      treeWanted = true;
      sweeper.submit(() -> tree.signal(signal, sent));
    }
  }

  @Override
  public boolean hasKilledDescendants() {
    return tree.hasKilled();
  }

  @Override
  public void signalMain(Signal signal) {
    // The main process is gone.
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

  /// Only the tick of its start is known.
  @Override
  public long lastThere() {
    return ofThisBoot ? gone.startTime() : -1;
  }

  @Override
  public int send(Signal signal) {
    return -Errno.ESRCH;
  }

  @Override
  public void treeGone() {
    treeGone = true;
    sweeper.forget(tree);
    reactor.execute(() -> {
      if (!released) {
        watcher.treeGone();
      }
    });
  }
}
