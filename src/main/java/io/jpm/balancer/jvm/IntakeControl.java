package io.jpm.balancer.jvm;

import io.jpm.balancer.mode.WorkerMessages;
import io.jpm.os.ProcessHost;
import io.vertx.core.Vertx;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.Optional;

/// Says to the processes of an app which of them take connections of clients: those that are ready,
/// and of these not the ones that are unfit while another one is fit. Owned by ClusterBalancer's
/// context.
final class IntakeControl {
  private static final Logger LOG = System.getLogger("jpm.balancer");

  private final Vertx vertx;
  private final ProcessHost host;

  IntakeControl(Vertx vertx, ProcessHost host) {
    this.vertx = vertx;
    this.host = host;
  }

  /// Something has changed about the processes of one app.
  ///
  /// @param workers all that run
  void settle(List<Worker> workers) {
    List<Worker> ready =
        workers.stream().filter(it -> it.ready && !it.ended && it.draining.isEmpty()).toList();
    boolean anyFit = ready.stream().anyMatch(it -> it.fit);
    // First those that take over.
    ready.stream().filter(it -> it.fit || !anyFit).forEach(it -> say(it, true));
    ready.stream().filter(it -> !it.fit && anyFit).forEach(it -> say(it, false));
  }

  private void say(Worker worker, boolean take) {
    if (worker.probed && !worker.taking.equals(Optional.of(take))) {
      worker.taking = Optional.of(take);
      tell(worker, take ? WorkerMessages.ACCEPT : WorkerMessages.PAUSE);
    }
  }

  /// Says something to a process, behind what was said before.
  void tell(Worker worker, String order) {
    vertx
        .executeBlocking(() -> host.post(worker.process, order))
        .onSuccess(heard -> {
          if (!heard && !worker.ended) {
            LOG.log(Level.WARNING, "{0}: the process does not hear {1}", worker.id, order);
          }
        })
        .onFailure(error -> LOG.log(Level.WARNING, worker.id + " does not hear " + order, error));
  }
}
