package io.jpm.god.process;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReport;
import io.jpm.god.instance.HealthStatus;
import io.jpm.god.instance.Instance;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.model.run.Phase;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.WorkerId;
import io.jpm.supervise.Event;
import io.jpm.supervise.StartBlocker;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Starts and stops health monitoring by Satan for processes whose apps have probes, and handles
/// its reports. Confined to GodVerticle's context.
public final class HealthCoordinator {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// Limits the delay of a start if Satan does not answer.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// Receives the results of health monitoring.
  public interface Listener {
    /// Handles an event of the instance.
    void on(Instance instance, Event event);

    /// Publishes a change of the instance's health.
    void announce(Instance instance, InstanceEvent.Kind kind, String reason);

    /// Sets whether the current process can take new connections.
    void fit(Instance instance, boolean fit);

    /// Replaces the current process, which hangs, by a new one.
    void replace(Instance instance, String reason);
  }

  private final Vertx vertx;
  private final Registry registry;
  private final Listener listener;

  public HealthCoordinator(Vertx vertx, Registry registry, Listener listener) {
    this.vertx = vertx;
    this.registry = registry;
    this.listener = listener;
  }

  /// Handles a report of Satan.
  public void heard(SatanReport.OfHealth report) {
    registry
        .of(report.worker())
        .filter(it -> it.healthStatus.attended.equals(Optional.of(report.worker())))
        .ifPresent(instance -> heard(instance, report));
  }

  /// Starts monitoring for the process that is about to be spawned. Completes when no signal of the
  /// process can be missed.
  ///
  /// @param variables the environment of the process
  Future<Void> attend(Instance instance, Map<String, String> variables) {
    instance.healthStatus = new HealthStatus();
    return instance.spec.health().any()
        ? attend(instance, variables, false)
        : Future.succeededFuture();
  }

  /// Starts monitoring for an adopted process.
  Future<Void> adopt(Instance instance, ProcessIdentity process, Map<String, String> variables) {
    boolean ready = instance.state.phase() == Phase.ONLINE;
    if (!instance.spec.health().any() || (!ready && instance.state.phase() != Phase.LAUNCHING)) {
      return Future.succeededFuture();
    }
    return attend(instance, variables, ready).onSuccess(_ -> began(instance, process));
  }

  /// Reports whether the process is monitored by other probes than its spec contains now, and can
  /// be monitored by these without a restart.
  boolean isOutdated(Instance instance) {
    Phase phase = instance.state.phase();
    return (phase == Phase.LAUNCHING || phase == Phase.ONLINE)
        && instance.replacementRole != ReplacementRole.DRAINING
        && !instance.healthStatus.health.equals(instance.spec.health())
        && !instance.spec.health().notifies();
  }

  /// Monitors a running process by the current probes of its spec. Earlier results are discarded; a
  /// process that is ready stays ready.
  void attendAnew(Instance instance, ProcessIdentity process, Map<String, String> variables) {
    boolean waits = instance.state.startBlocker() == StartBlocker.READINESS;
    Optional<WorkerId> before = instance.healthStatus.attended;
    var healthStatus = new HealthStatus();
    healthStatus.saidReady = instance.healthStatus.saidReady;
    instance.healthStatus = healthStatus;
    instance.saying = "";
    if (instance.unhealthy.isPresent()) {
      recovered(instance, "its checks have changed");
    }
    if (instance.spec.health().any()) {
      attend(instance, variables, !waits)
          .onSuccess(_ -> {
            began(instance, process);
            if (healthStatus.saidReady) {
              tell(new SatanCommand.SaidReady(instance.worker()));
            }
          });
    } else {
      before.ifPresent(worker -> tell(new SatanCommand.StopMonitoring(worker)));
    }
    if (waits) {
      readyIfAll(instance);
    }
  }

  private Future<Void> attend(Instance instance, Map<String, String> variables, boolean ready) {
    WorkerId worker = instance.worker();
    instance.healthStatus.attended = Optional.of(worker);
    instance.healthStatus.health = instance.spec.health();
    return vertx
        .eventBus()
        .request(
            Addresses.SATAN_COMMAND,
            new SatanCommand.StartMonitoring(worker, instance.spec, variables, ready),
            new DeliveryOptions().setSendTimeout(PATIENCE.toMillis()))
        .<Void>mapEmpty()
        .recover(error -> {
          LOG.log(
              Level.WARNING,
              "{0}: its health is not monitored, Satan does not answer: {1}",
              instance.label(),
              error.getMessage());
          return Future.succeededFuture();
        });
  }

  /// Reports that the process of [#attend] runs.
  void began(Instance instance, ProcessIdentity process) {
    instance.healthStatus.attended.ifPresent(
        worker -> tell(new SatanCommand.ProcessStarted(worker, process)));
  }

  /// Handles `ready` on the IPC channel of the process.
  void saidReady(Instance instance) {
    instance.healthStatus.saidReady = true;
    instance.healthStatus.attended.ifPresent(worker -> tell(new SatanCommand.SaidReady(worker)));
    readyIfAll(instance);
  }

  /// Treats the process as having reported `ready`, since it cannot report it any more.
  public void saysNothing(Instance instance) {
    instance.healthStatus.saidReady = true;
    readyIfAll(instance);
  }

  /// Reports the process as ready if all configured conditions are met.
  private void readyIfAll(Instance instance) {
    HealthStatus healthStatus = instance.healthStatus;
    boolean said = healthStatus.saidReady || !instance.spec.readiness().awaited();
    boolean passed = healthStatus.passed || !instance.spec.health().gates();
    if (said && passed) {
      listener.on(instance, new Event.Ready(instance.state.generation()));
    } else if (passed) {
      healthStatus.lacking = "it has not reported ready";
    }
  }

  /// Handles a change of the instance: a process that has ended, is being stopped or was replaced
  /// is no longer monitored.
  public void look(Instance instance) {
    Optional<WorkerId> attended = instance.healthStatus.attended;
    if (attended.isEmpty()) {
      return;
    }
    Phase phase = instance.state.phase();
    boolean goesOn =
        (phase == Phase.LAUNCHING || phase == Phase.ONLINE)
            && attended.get().equals(instance.worker())
            && instance.replacementRole != ReplacementRole.DRAINING;
    if (!goesOn) {
      tell(new SatanCommand.StopMonitoring(attended.get()));
      instance.healthStatus = new HealthStatus();
      instance.unhealthy = Optional.empty();
      instance.saying = "";
    }
  }

  private void heard(Instance instance, SatanReport.OfHealth report) {
    switch (report) {
      case SatanReport.Ready _ -> {
        instance.healthStatus.passed = true;
        instance.healthStatus.lacking = "";
        readyIfAll(instance);
      }
      case SatanReport.NotYet(WorkerId _, String reason) -> {
        instance.healthStatus.lacking = reason;
        LOG.log(Level.DEBUG, "{0} is not ready yet: {1}", instance.label(), reason);
      }
      case SatanReport.Unhealthy(WorkerId _, String reason) -> {
        instance.unhealthy = Optional.of(reason);
        listener.fit(instance, false);
        announce(instance, InstanceEvent.Kind.UNHEALTHY, reason);
      }
      case SatanReport.Recovered _ -> recovered(instance, "its checks pass again");
      case SatanReport.Dead(WorkerId _, String reason) ->
          listener.replace(instance, "liveness: " + reason);
      case SatanReport.MoreTime(WorkerId worker, Duration time) ->
          listener.on(instance, new Event.MoreTimeAsked(worker.generation(), time));
      case SatanReport.Says(WorkerId _, String text) -> instance.saying = text;
    }
  }

  private void recovered(Instance instance, String reason) {
    instance.unhealthy = Optional.empty();
    listener.fit(instance, true);
    announce(instance, InstanceEvent.Kind.RECOVERED, reason);
  }

  private void announce(Instance instance, InstanceEvent.Kind kind, String reason) {
    if (instance.replacementRole == ReplacementRole.CURRENT) {
      listener.announce(instance, kind, reason);
    }
  }

  private void tell(SatanCommand news) {
    vertx.eventBus().send(Addresses.SATAN_COMMAND, news);
  }
}
