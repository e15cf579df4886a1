package io.jpm.os.portable;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;

/// The tree of a main process that has exited. Without the main process, the JDK cannot find the
/// other members, so the tree is treated as empty.
///
/// @param identity the main process that has exited
/// @param watcher receives [ChildWatcher#treeGone] when the first signal is requested
/// @param done whether the watcher was notified or the tree was released
record PortableLeftoverTree(ProcessIdentity identity, ChildWatcher watcher, AtomicBoolean done)
    implements Child {
  @Override
  public boolean hasLeftovers() {
    return false;
  }

  @Override
  public void signalTree(Signal signal, Runnable sent) {
    ForkJoinPool.commonPool()
        .execute(() -> {
          if (done.compareAndSet(false, true)) {
            watcher.treeGone();
          }
          sent.run();
        });
  }

  @Override
  public void signalMain(Signal signal) {
    // The main process has already exited.
  }

  @Override
  public void release() {
    done.set(true);
  }
}
