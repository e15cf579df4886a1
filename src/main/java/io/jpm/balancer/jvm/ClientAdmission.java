package io.jpm.balancer.jvm;

import io.jpm.balancer.mode.WorkerMessages;
import io.jpm.os.ProcessHost;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;

/// Determines which processes of an app accept client connections, and sends them the corresponding
/// messages. A ready process accepts connections, unless it is unfit and another process is fit.
/// Owned by ClusterBalancer's context.
final class ClientAdmission {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  private final Vertx vertx;
  private final ProcessHost host;

  ClientAdmission(Vertx vertx, ProcessHost host) {
    this.vertx = vertx;
    this.host = host;
  }

  /// Makes the processes of one app accept or pause, because the state of a process has changed.
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

  /// Sends a message to a process, after the messages that were sent to it earlier.
  void tell(JvmWorker jvmWorker, String order) {
    vertx
        .executeBlocking(() -> host.send(jvmWorker.process, order))
        .onSuccess(heard -> {
          if (!heard && !jvmWorker.ended) {
            LOG.log(
                Level.WARNING,
                "{0}: the process did not receive the message {1}",
                jvmWorker.id,
                order);
          }
        })
        .onFailure(error ->
            LOG.log(Level.WARNING, jvmWorker.id + ": cannot send the message " + order, error));
  }
}
