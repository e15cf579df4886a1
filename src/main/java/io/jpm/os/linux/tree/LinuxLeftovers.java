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

/// The leftovers of a tree whose main process exited while no daemon was running.
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
      LinuxChild.Context context, ProcessIdentity gone, String tag, ChildWatcher watcher) {
    this.gone = gone;
    this.tag = tag;
    this.watcher = watcher;
    this.reactor = context.reactor();
    this.sweeper = context.sweeper();
    this.daemonIdentity = context.daemonIdentity();
    this.trust = context.trust();
    this.ofThisBoot = gone.bootId().equals(daemonIdentity.bootId());
    // After a reboot the pid may belong to an unrelated process or session, so only the tag is
    // used.
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

  /// Reports whether `snapshot` contains leftovers. The snapshot must have been taken after the
  /// main process exited.
  public boolean hasLeftovers(ProcessSnapshot snapshot) {
    // A process that remains after treeGone is one that the daemon cannot terminate.
    return !treeGone && !members.find(snapshot, lastSeenTicks(), nobody -> false).isEmpty();
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
    // The main process has already exited.
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

  /// Returns the start time of the main process, the only time at which it is known to have
  /// existed; -1 if it belongs to an earlier boot.
  @Override
  public long lastSeenTicks() {
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
