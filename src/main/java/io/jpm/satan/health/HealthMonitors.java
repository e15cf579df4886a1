package io.jpm.satan.health;

import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReport;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import io.jpm.os.ProcessHost;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.LongSupplier;

/// Monitors the health of all processes whose apps have probes. Must be created and called on
/// SatanVerticle's context.
public final class HealthMonitors {
  private final HealthMonitor.Collaborators collaborators;
  private final Map<WorkerId, HealthMonitor> present = new HashMap<>();

  private HealthMonitors(HealthMonitor.Collaborators means) {
    this.collaborators = means;
  }

  /// Returns health monitors that do not monitor any process yet.
  ///
  /// @param edges the collaborators of the probes
  /// @param nanoTime monotonic time
  /// @param reports receives the reports, on the context
  public static HealthMonitors of(
      Vertx vertx,
      Collaborators edges,
      LongSupplier nanoTime,
      Consumer<SatanReport.HealthChange> reports) {
    return new HealthMonitors(
        new HealthMonitor.Collaborators(
            vertx,
            new ActiveProbes(vertx, edges.host(), edges.home()),
            edges.passiveProbe(),
            nanoTime,
            reports));
  }

  /// The collaborators of the probes.
  ///
  /// @param host the process host, which runs the commands of exec probes
  /// @param home the daemon's home directory
  /// @param passiveProbe receives the signals of processes
  public record Collaborators(ProcessHost host, Path home, PassiveProbe passiveProbe) {}

  /// Starts to monitor a process.
  ///
  /// @return completes when signals of the process can no longer be missed
  public Future<Void> startMonitoring(SatanCommand.StartMonitoring startMonitoring) {
    var healthMonitor = new HealthMonitor(collaborators, startMonitoring);
    HealthMonitor before = present.put(startMonitoring.worker(), healthMonitor);
    if (before != null) {
      before.stop();
    }
    return healthMonitor.open();
  }

  /// Records that the monitored process has started.
  public void processStarted(SatanCommand.ProcessStarted processStarted) {
    of(processStarted.worker()).ifPresent(it -> it.processStarted(processStarted.process()));
  }

  /// Records that the process has sent `ready` over its IPC channel.
  public void readyAnnounced(WorkerId worker) {
    of(worker).ifPresent(HealthMonitor::readyAnnounced);
  }

  /// Stops monitoring a process.
  public void stopMonitoring(WorkerId worker) {
    HealthMonitor gone = present.remove(worker);
    if (gone != null) {
      gone.stop();
    }
  }

  /// Returns the health of these processes. Processes that are not monitored are omitted.
  public Map<ProcessIdentity, HealthReport> reports(List<ProcessIdentity> processes) {
    Set<ProcessIdentity> wanted = Set.copyOf(processes);
    Map<ProcessIdentity, HealthReport> reports = new HashMap<>();
    for (HealthMonitor healthMonitor : present.values()) {
      healthMonitor
          .process()
          .filter(wanted::contains)
          .ifPresent(process -> healthMonitor.report().ifPresent(it -> reports.put(process, it)));
    }
    return reports;
  }

  private Optional<HealthMonitor> of(WorkerId worker) {
    return Optional.ofNullable(present.get(worker));
  }
}
