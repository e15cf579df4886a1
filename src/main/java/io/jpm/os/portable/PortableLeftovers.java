package io.jpm.os.portable;

import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import java.util.concurrent.ForkJoinPool;
import java.util.concurrent.atomic.AtomicBoolean;

/// A tree whose main process is gone: without it the JDK finds none of the others.
///
/// @param identity the process that is gone
/// @param watcher told at the first order that nothing is left
/// @param done whether it was told, or wants to hear nothing more
record PortableLeftovers(ProcessIdentity identity, ChildWatcher watcher, AtomicBoolean done)
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
    // It is gone.
  }

  @Override
  public void release() {
    done.set(true);
  }
}
