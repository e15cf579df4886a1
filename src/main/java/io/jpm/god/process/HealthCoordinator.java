package io.jpm.god.process;

import io.jpm.bus.Addresses;
import io.jpm.bus.god.InstanceEvent;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReport;
import io.jpm.god.instance.HealthStatus;
import io.jpm.god.instance.Registry;
import io.jpm.god.instance.ReplacementRole;
import io.jpm.god.instance.SupervisedInstance;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.supervise.StartBlocker;
import io.jpm.supervise.SupervisionEvent;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.time.Duration;
import java.util.Map;
import java.util.Optional;

/// Starts and stops health monitoring by Satan for processes whose apps have probes, and applies
/// the health changes that Satan reports. Confined to GodVerticle's context.
public final class HealthCoordinator {
  private static final Logger LOG = System.getLogger("jpm.god");

  /// Timeout of requests to Satan, which limits how long a start is delayed.
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  /// Receives the results of health monitoring.
  public interface Listener {
    /// Applies an event to the instance.
    void on(SupervisedInstance supervisedInstance, SupervisionEvent supervisionEvent);

    /// Publishes a change in the instance's health.
    void announce(SupervisedInstance supervisedInstance, InstanceEvent.Kind kind, String reason);

    /// Sets whether the current process can accept new connections.
    void fit(SupervisedInstance supervisedInstance, boolean fit);

    /// Replaces the current process, which is hanging, with a new one.
    void replace(SupervisedInstance supervisedInstance, String reason);
  }

  private final Vertx vertx;
  private final Registry registry;
  private final Listener listener;

  public HealthCoordinator(Vertx vertx, Registry registry, Listener listener) {
    this.vertx = vertx;
    this.registry = registry;
    this.listener = listener;
  }

  /// Applies a health change that Satan has reported. A report about an unmonitored process is
  /// ignored.
  public void handle(SatanReport.HealthChange report) {
    registry
        .byWorker(report.worker())
        .filter(it -> it.healthStatus.monitoredWorker.equals(Optional.of(report.worker())))
        .ifPresent(supervisedInstance -> handle(supervisedInstance, report));
  }

  /// Starts monitoring the process that is about to be spawned. After the future has completed, no
  /// notification from the process can be missed.
  ///
  /// @param variables the environment of the process
  Future<Void> startMonitoring(
      SupervisedInstance supervisedInstance, Map<String, String> variables) {
    supervisedInstance.healthStatus = new HealthStatus();
    return supervisedInstance.spec.health().isConfigured()
        ? startMonitoring(supervisedInstance, variables, false)
        : Future.succeededFuture();
  }

  /// Starts monitoring an adopted process.
  Future<Void> adopt(
      SupervisedInstance supervisedInstance,
      ProcessIdentity process,
      Map<String, String> variables) {
    boolean ready = supervisedInstance.state.phase() == Phase.ONLINE;
    if (!supervisedInstance.spec.health().isConfigured()
        || (!ready && supervisedInstance.state.phase() != Phase.LAUNCHING)) {
      return Future.succeededFuture();
    }
    return startMonitoring(supervisedInstance, variables, ready)
        .onSuccess(_ -> processStarted(supervisedInstance, process));
  }

  /// Reports whether the process is monitored with probes that differ from those in its spec, and
  /// the new probes can be used without a restart.
  boolean isOutdated(SupervisedInstance supervisedInstance) {
    Phase phase = supervisedInstance.state.phase();
    return (phase == Phase.LAUNCHING || phase == Phase.ONLINE)
        && supervisedInstance.replacementRole != ReplacementRole.DRAINING
        && !supervisedInstance.healthStatus.health.equals(supervisedInstance.spec.health())
        && !supervisedInstance.spec.health().notifies();
  }

  /// Monitors a running process with the current probes of its spec. Earlier results are discarded,
  /// but a process that is ready stays ready.
  void restartMonitoring(
      SupervisedInstance supervisedInstance,
      ProcessIdentity process,
      Map<String, String> variables) {
    boolean waits = supervisedInstance.state.startBlocker() == StartBlocker.READINESS;
    Optional<WorkerId> before = supervisedInstance.healthStatus.monitoredWorker;
    var healthStatus = new HealthStatus();
    healthStatus.saidReady = supervisedInstance.healthStatus.saidReady;
    supervisedInstance.healthStatus = healthStatus;
    supervisedInstance.statusText = "";
    if (supervisedInstance.unhealthy.isPresent()) {
      recovered(supervisedInstance, "its probes have changed");
    }
    if (supervisedInstance.spec.health().isConfigured()) {
      startMonitoring(supervisedInstance, variables, !waits)
          .onSuccess(_ -> {
            processStarted(supervisedInstance, process);
            if (healthStatus.saidReady) {
              tell(new SatanCommand.ReadyAnnounced(supervisedInstance.worker()));
            }
          });
    } else {
      before.ifPresent(worker -> tell(new SatanCommand.StopMonitoring(worker)));
    }
    if (waits) {
      readyIfAll(supervisedInstance);
    }
  }

  private Future<Void> startMonitoring(
      SupervisedInstance supervisedInstance, Map<String, String> variables, boolean ready) {
    WorkerId worker = supervisedInstance.worker();
    supervisedInstance.healthStatus.monitoredWorker = Optional.of(worker);
    supervisedInstance.healthStatus.health = supervisedInstance.spec.health();
    return vertx
        .eventBus()
        .request(
            Addresses.SATAN_COMMAND,
            new SatanCommand.StartMonitoring(worker, supervisedInstance.spec, variables, ready),
            new DeliveryOptions().setSendTimeout(PATIENCE.toMillis()))
        .<Void>mapEmpty()
        .recover(error -> {
          LOG.log(
              Level.WARNING,
              "{0}: the health monitor (Satan) does not answer ({1}), so the health of this instance is not monitored",
              supervisedInstance.label(),
              error.getMessage());
          return Future.succeededFuture();
        });
  }

  /// Notifies Satan that the process passed to [#startMonitoring] is running.
  void processStarted(SupervisedInstance supervisedInstance, ProcessIdentity process) {
    supervisedInstance.healthStatus.monitoredWorker.ifPresent(
        worker -> tell(new SatanCommand.ProcessStarted(worker, process)));
  }

  /// Records that the process has sent `ready` over its IPC channel.
  void readyAnnounced(SupervisedInstance supervisedInstance) {
    supervisedInstance.healthStatus.saidReady = true;
    supervisedInstance.healthStatus.monitoredWorker.ifPresent(
        worker -> tell(new SatanCommand.ReadyAnnounced(worker)));
    readyIfAll(supervisedInstance);
  }

  /// Treats the process as having sent `ready`, because it can no longer do so without its IPC
  /// channel.
  public void ipcChannelLost(SupervisedInstance supervisedInstance) {
    supervisedInstance.healthStatus.saidReady = true;
    readyIfAll(supervisedInstance);
  }

  /// Marks the process as ready if all configured conditions are met.
  private void readyIfAll(SupervisedInstance supervisedInstance) {
    HealthStatus healthStatus = supervisedInstance.healthStatus;
    boolean said = healthStatus.saidReady || !supervisedInstance.spec.readiness().awaited();
    boolean passed =
        healthStatus.probesSucceeded || !supervisedInstance.spec.health().gatesOnline();
    if (said && passed) {
      listener.on(
          supervisedInstance, new SupervisionEvent.Ready(supervisedInstance.state.generation()));
    } else if (passed) {
      healthStatus.notReadyReason = "it has not reported ready";
    }
  }

  /// Stops monitoring if it no longer applies to the instance, because the process has exited, is
  /// being stopped or was replaced.
  public void refresh(SupervisedInstance supervisedInstance) {
    Optional<WorkerId> attended = supervisedInstance.healthStatus.monitoredWorker;
    if (attended.isEmpty()) {
      return;
    }
    Phase phase = supervisedInstance.state.phase();
    boolean goesOn =
        (phase == Phase.LAUNCHING || phase == Phase.ONLINE)
            && attended.get().equals(supervisedInstance.worker())
            && supervisedInstance.replacementRole != ReplacementRole.DRAINING;
    if (!goesOn) {
      tell(new SatanCommand.StopMonitoring(attended.get()));
      supervisedInstance.healthStatus = new HealthStatus();
      supervisedInstance.unhealthy = Optional.empty();
      supervisedInstance.statusText = "";
    }
  }

  private void handle(SupervisedInstance supervisedInstance, SatanReport.HealthChange report) {
    switch (report) {
      case SatanReport.Ready _ -> {
        supervisedInstance.healthStatus.probesSucceeded = true;
        supervisedInstance.healthStatus.notReadyReason = "";
        readyIfAll(supervisedInstance);
      }
      case SatanReport.NotReady(WorkerId _, String reason) -> {
        supervisedInstance.healthStatus.notReadyReason = reason;
        LOG.log(Level.DEBUG, "{0} is not ready yet: {1}", supervisedInstance.label(), reason);
      }
      case SatanReport.Unhealthy(WorkerId _, String reason) -> {
        supervisedInstance.unhealthy = Optional.of(reason);
        listener.fit(supervisedInstance, false);
        announce(supervisedInstance, InstanceEvent.Kind.UNHEALTHY, reason);
      }
      case SatanReport.Recovered _ -> recovered(supervisedInstance, "its probes succeed again");
      case SatanReport.Dead(WorkerId _, String reason) ->
          listener.replace(supervisedInstance, "liveness: " + reason);
      case SatanReport.TimeoutExtension(WorkerId worker, Duration time) ->
          listener.on(
              supervisedInstance,
              new SupervisionEvent.TimeoutExtensionRequested(worker.generation(), time));
      case SatanReport.StatusText(WorkerId _, String text) -> supervisedInstance.statusText = text;
    }
  }

  private void recovered(SupervisedInstance supervisedInstance, String reason) {
    supervisedInstance.unhealthy = Optional.empty();
    listener.fit(supervisedInstance, true);
    announce(supervisedInstance, InstanceEvent.Kind.RECOVERED, reason);
  }

  private void announce(
      SupervisedInstance supervisedInstance, InstanceEvent.Kind kind, String reason) {
    if (supervisedInstance.replacementRole == ReplacementRole.CURRENT) {
      listener.announce(supervisedInstance, kind, reason);
    }
  }

  private void tell(SatanCommand news) {
    vertx.eventBus().send(Addresses.SATAN_COMMAND, news);
  }
}
