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
  private final HealthMonitor.Collaborators means;
  private final Map<WorkerId, HealthMonitor> present = new HashMap<>();

  private HealthMonitors(HealthMonitor.Collaborators means) {
    this.means = means;
  }

  /// Returns an instance that monitors no process yet.
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
  /// @param host runs the commands of exec probes
  /// @param home the daemon's home directory
  /// @param passiveProbe receives the signals of processes
  public record Collaborators(ProcessHost host, Path home, PassiveProbe passiveProbe) {}

  /// Starts to monitor a process.
  ///
  /// @return completes when no signal of the process can be missed any more
  public Future<Void> attend(SatanCommand.StartMonitoring startMonitoring) {
    var healthMonitor = new HealthMonitor(means, startMonitoring);
    HealthMonitor before = present.put(startMonitoring.worker(), healthMonitor);
    if (before != null) {
      before.leave();
    }
    return healthMonitor.open();
  }

  /// The monitored process has started.
  public void began(SatanCommand.ProcessStarted processStarted) {
    of(processStarted.worker()).ifPresent(it -> it.began(processStarted.process()));
  }

  /// The process has sent `ready` over its IPC channel.
  public void saidReady(WorkerId worker) {
    of(worker).ifPresent(HealthMonitor::saidReady);
  }

  /// Stops monitoring a process.
  public void leave(WorkerId worker) {
    HealthMonitor gone = present.remove(worker);
    if (gone != null) {
      gone.leave();
    }
  }

  /// Returns the health of these processes, without those that are not monitored.
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
