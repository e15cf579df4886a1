package io.jpm.os.linux;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import java.util.concurrent.CountDownLatch;

/// A daemon in a JVM of another user: ends one tree and prints the reported events. It uses only
/// the JDK and the program itself, because that user cannot read more.
final class OtherUserDaemon {
  private OtherUserDaemon() {}

  /// Adopts the tree, ends it and waits for its end.
  ///
  /// @param arguments boot id, pid, start time, tag
  public static void main(String[] arguments) throws InterruptedException {
    ProcessIdentity identity =
        new ProcessIdentity(
            arguments[0], Integer.parseInt(arguments[1]), Long.parseLong(arguments[2]));
    CountDownLatch gone = new CountDownLatch(1);
    ChildWatcher watcher =
        new ChildWatcher() {
          @Override
          public void exited(Exit exit) {
            System.out.println("exited");
          }

          @Override
          public void treeGone() {
            System.out.println("treeGone");
            gone.countDown();
          }
        };
    try (LinuxProcessHost host = new LinuxProcessHost()) {
      Child child = host.adopt(identity, arguments[3], watcher).orElseThrow();
      child.signalTree(Signal.SIGTERM);
      child.signalTree(Signal.SIGKILL);
      gone.await();
    }
  }
}
