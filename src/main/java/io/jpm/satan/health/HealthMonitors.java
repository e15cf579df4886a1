package io.jpm.satan.health;

import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.SatanCommand;
import io.jpm.bus.satan.SatanReport;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.WorkerId;
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

/// Looks after the health of all processes whose apps have checks. To be made and called on
/// SatanVerticle's context.
public final class HealthMonitors {
  private final HealthMonitor.Means means;
  private final Map<WorkerId, HealthMonitor> present = new HashMap<>();

  private HealthMonitors(HealthMonitor.Means means) {
    this.means = means;
  }

  /// One that looks after nobody yet.
  ///
  /// @param edges what asks and listens
  /// @param nanoTime monotonic time
  /// @param reports takes what is found out, on the context
  public static HealthMonitors of(
      Vertx vertx, Edges edges, LongSupplier nanoTime, Consumer<SatanReport.OfHealth> reports) {
    return new HealthMonitors(
        new HealthMonitor.Means(
            vertx,
            new Probes(vertx, edges.host(), edges.home()),
            edges.passiveProbe(),
            nanoTime,
            reports));
  }

  /// What asks and listens.
  ///
  /// @param host runs the commands of checks
  /// @param home the daemon's home
  /// @param passiveProbe listens to what processes say
  public record Edges(ProcessHost host, Path home, PassiveProbe passiveProbe) {}

  /// From now on this process is looked after.
  ///
  /// @return comes when nothing it says can be missed
  public Future<Void> attend(SatanCommand.StartMonitoring startMonitoring) {
    var healthMonitor = new HealthMonitor(means, startMonitoring);
    HealthMonitor before = present.put(startMonitoring.worker(), healthMonitor);
    if (before != null) {
      before.leave();
    }
    return healthMonitor.open();
  }

  /// It is there.
  public void began(SatanCommand.ProcessStarted processStarted) {
    of(processStarted.worker()).ifPresent(it -> it.began(processStarted.process()));
  }

  /// It has said `ready` over its channel.
  public void saidReady(WorkerId worker) {
    of(worker).ifPresent(HealthMonitor::saidReady);
  }

  /// Nobody wants to know of it any more.
  public void leave(WorkerId worker) {
    HealthMonitor gone = present.remove(worker);
    if (gone != null) {
      gone.leave();
    }
  }

  /// How these are; without those who are not looked after.
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
