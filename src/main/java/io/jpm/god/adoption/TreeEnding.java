package io.jpm.god.adoption;

import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.ProcessHost;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Collection;

/// Terminates the processes with a process tag that no instance watches: SIGTERM, and SIGKILL for
/// those that remain after a timeout. Confined to GodVerticle's context.
final class TreeEnding {
  private static final Duration PATIENCE = Duration.ofMillis(1600);

  /// A process that does not end within this time after SIGKILL hangs in the kernel.
  private static final Duration LAST_PATIENCE = Duration.ofSeconds(5);

  /// An identity that no process has: only the tag determines the members of such a tree.
  private static final ProcessIdentity NOBODY = new ProcessIdentity("none", Integer.MAX_VALUE, 0);

  private final Context context;
  private final ProcessHost host;

  TreeEnding(Context context, ProcessHost host) {
    this.context = context;
    this.host = host;
  }

  /// Returns the processes that carry `tag`, or that of an earlier generation of the same instance,
  /// as a tree without a known main process. Its end is not reported.
  static Child treeOf(ProcessHost host, String tag) {
    return host.adoptLeftovers(NOBODY, tag, new IgnoringWatcher());
  }

  /// Terminates the processes that carry one of `tags`, or a tag of an earlier generation of the
  /// same instance. Completes when all have ended, or the last timeout is over.
  Future<Void> terminate(Collection<String> tags) {
    return Future.join(tags.stream().map(this::terminate).toList()).mapEmpty();
  }

  private Future<Void> terminate(String tag) {
    Promise<Void> gone = Promise.promise();
    Child tree = host.adoptLeftovers(NOBODY, tag, new Watcher(gone));
    var vertx = context.owner();
    long kill = vertx.setTimer(PATIENCE.toMillis(), _ -> tree.signalTree(Signal.SIGKILL));
    long last = vertx.setTimer(PATIENCE.plus(LAST_PATIENCE).toMillis(), _ -> gone.tryComplete());
    tree.signalTree(Signal.SIGTERM);
    return gone.future()
        .onComplete(_ -> {
          vertx.cancelTimer(kill);
          vertx.cancelTimer(last);
          tree.release();
        });
  }

  /// Passes the end of a tree to God's context.
  private final class Watcher implements ChildWatcher {
    private final Promise<Void> gone;

    Watcher(Promise<Void> gone) {
      this.gone = gone;
    }

    @Override
    public void exited(Exit exit) {
      // The main process is unknown.
    }

    @Override
    public void treeGone() {
      context.runOnContext(_ -> gone.tryComplete());
    }
  }

  /// Ignores the events of a tree that is only examined.
  private record IgnoringWatcher() implements ChildWatcher {
    @Override
    public void exited(Exit exit) {
      // Ignored.
    }

    @Override
    public void treeGone() {
      // Ignored.
    }
  }
}
