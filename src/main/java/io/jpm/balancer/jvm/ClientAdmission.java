package io.jpm.balancer.jvm;

import io.jpm.balancer.mode.WorkerMessages;
import io.jpm.os.ProcessHost;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;

/// Tells the processes of an app whether to accept client connections. Ready processes accept
/// connections, except for unfit ones while another process is fit. Owned by ClusterBalancer's
/// context.
final class ClientAdmission {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  private final Vertx vertx;
  private final ProcessHost host;

  ClientAdmission(Vertx vertx, ProcessHost host) {
    this.vertx = vertx;
    this.host = host;
  }

  /// Tells the processes of one app to accept or pause after the state of a process has changed.
  ///
  /// @param workers all running processes of the app
  void update(List<JvmWorker> workers) {
    List<JvmWorker> ready =
        workers.stream().filter(it -> it.ready && !it.ended && it.draining.isEmpty()).toList();
    boolean anyFit = ready.stream().anyMatch(it -> it.fit);
    // Some processes start to accept before others pause.
    ready.stream().filter(it -> it.fit || !anyFit).forEach(it -> say(it, true));
    ready.stream().filter(it -> !it.fit && anyFit).forEach(it -> say(it, false));
  }

  private void say(JvmWorker jvmWorker, boolean take) {
    if (jvmWorker.probed && !jvmWorker.taking.equals(Optional.of(take))) {
      jvmWorker.taking = Optional.of(take);
      tell(jvmWorker, take ? WorkerMessages.ACCEPT : WorkerMessages.PAUSE);
    }
  }

  /// Sends a message to a process, in order with earlier ones.
  void tell(JvmWorker jvmWorker, String order) {
    vertx
        .executeBlocking(() -> host.send(jvmWorker.process, order))
        .onSuccess(heard -> {
          if (!heard && !jvmWorker.ended) {
            LOG.log(Level.WARNING, "{0}: the process did not receive {1}", jvmWorker.id, order);
          }
        })
        .onFailure(
            error -> LOG.log(Level.WARNING, jvmWorker.id + " did not receive " + order, error));
  }
}
