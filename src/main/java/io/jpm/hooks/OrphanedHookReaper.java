package io.jpm.hooks;

import io.jpm.bus.BlockingCalls;
import io.jpm.model.process.Exit;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.Signal;
import io.jpm.os.Child;
import io.jpm.os.ChildWatcher;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Kills hook commands that an earlier daemon left running. The time limit of commands applies to
/// them too; their results are ignored.
final class OrphanedHookReaper {
  private static final Logger LOG = System.getLogger("jpm.hooks");

  private final Vertx vertx;
  private final ProcessHost host;

  OrphanedHookReaper(Vertx vertx, ProcessHost host) {
    this.vertx = vertx;
    this.host = host;
  }

  /// Kills the commands that are still running after `limit`.
  ///
  /// @param tagPrefix the common prefix of the process tags of all hook commands
  Future<Void> end(String tagPrefix, Duration limit) {
    return BlockingCalls.call(vertx, () -> adopted(tagPrefix))
        .onSuccess(all -> all.forEach(child -> end(child, limit)))
        .mapEmpty();
  }

  private List<Child> adopted(String tagPrefix) {
    List<Child> all = new ArrayList<>();
    for (Map.Entry<String, ProcessIdentity> found : host.findTagged(tagPrefix).entrySet()) {
      host.adopt(found.getValue(), found.getKey(), new Unheard()).ifPresent(all::add);
    }
    return all;
  }

  private void end(Child child, Duration limit) {
    LOG.log(
        Level.INFO,
        "a hook command of the previous daemon is still running: {0}",
        child.identity());
    vertx.setTimer(Math.max(1, limit.toMillis()), _ -> child.signalTree(Signal.SIGKILL));
  }

  private static final class Unheard implements ChildWatcher {
    @Override
    public void exited(Exit exit) {
      // The result is ignored.
    }

    @Override
    public void treeGone() {
      // There is nothing to clean up.
    }
  }
}
