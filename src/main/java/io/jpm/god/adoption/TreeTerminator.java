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

/// Terminates tagged processes that are not the current process of any instance. Sends SIGTERM, and
/// after a timeout SIGKILL to the processes that remain. Confined to GodVerticle's context.
final class TreeTerminator {
  private static final Duration PATIENCE = Duration.ofMillis(1600);

  /// How long to wait after SIGKILL. A process that still exists after this time is blocked in the
  /// kernel.
  private static final Duration LAST_PATIENCE = Duration.ofSeconds(5);

  /// An identity that no process has, used as the main process of trees whose members are
  /// determined by the tag alone.
  private static final ProcessIdentity NOBODY = new ProcessIdentity("none", Integer.MAX_VALUE, 0);

  private final Context context;
  private final ProcessHost host;

  TreeTerminator(Context context, ProcessHost host) {
    this.context = context;
    this.host = host;
  }

  /// Returns the processes that have `tag`, or the tag of an earlier generation of the same
  /// instance, as a tree without a known main process. Events of this tree are ignored.
  static Child treeOf(ProcessHost host, String tag) {
    return host.adoptLeftovers(NOBODY, tag, new IgnoringWatcher());
  }

  /// Terminates the processes that have one of `tags`, or the tag of an earlier generation of the
  /// same instance. Completes when all have exited or when the last timeout has expired.
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

  /// Reports the termination of a tree on God's context.
  private final class Watcher implements ChildWatcher {
    private final Promise<Void> gone;

    Watcher(Promise<Void> gone) {
      this.gone = gone;
    }

    @Override
    public void exited(Exit exit) {
      // The main process is not known, so its exit is not reported.
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
