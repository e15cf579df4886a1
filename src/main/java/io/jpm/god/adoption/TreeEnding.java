package io.jpm.god.adoption;

import io.jpm.model.run.Exit;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.ProcessHost;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.Collection;

/// Ends whatever carries a tag and is under nobody's watch: SIGTERM, and SIGKILL for what is still
/// there after a while. Owned by GodVerticle's context.
final class TreeEnding {
  private static final Duration PATIENCE = Duration.ofMillis(1600);

  /// What does not end within this after SIGKILL hangs in the kernel.
  private static final Duration LAST_PATIENCE = Duration.ofSeconds(5);

  /// A process that no kernel has: of such a tree only the tag counts.
  private static final ProcessIdentity NOBODY = new ProcessIdentity("none", Integer.MAX_VALUE, 0);

  private final Context context;
  private final ProcessHost host;

  TreeEnding(Context context, ProcessHost host) {
    this.context = context;
    this.host = host;
  }

  /// What carries `tag`, or that of an earlier generation of the same instance, without a main
  /// process that is known. Nobody hears of its end.
  static Child of(ProcessHost host, String tag) {
    return host.adoptLeftovers(NOBODY, tag, new Silence());
  }

  /// Ends what carries one of `tags` or a tag of an earlier generation of the same instance.
  /// Completes when all has ended or does not end.
  Future<Void> end(Collection<String> tags) {
    return Future.join(tags.stream().map(this::end).toList()).mapEmpty();
  }

  private Future<Void> end(String tag) {
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

  /// Brings the end of a tree to God's context.
  private final class Watcher implements ChildWatcher {
    private final Promise<Void> gone;

    Watcher(Promise<Void> gone) {
      this.gone = gone;
    }

    @Override
    public void exited(Exit exit) {
      // Its main process is not known.
    }

    @Override
    public void treeGone() {
      context.runOnContext(_ -> gone.tryComplete());
    }
  }

  /// Of a tree that is only looked at.
  private record Silence() implements ChildWatcher {
    @Override
    public void exited(Exit exit) {
      // Nobody asked.
    }

    @Override
    public void treeGone() {
      // Nobody asked.
    }
  }
}
