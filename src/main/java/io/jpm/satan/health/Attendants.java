package io.jpm.satan.health;

import io.jpm.bus.HealthReport;
import io.jpm.bus.SatanCommand;
import io.jpm.bus.SatanReport;
import io.jpm.model.ProcessIdentity;
import io.jpm.model.WorkerId;
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
public final class Attendants {
  private final Attendance.Means means;
  private final Map<WorkerId, Attendance> present = new HashMap<>();

  private Attendants(Attendance.Means means) {
    this.means = means;
  }

  /// One that looks after nobody yet.
  ///
  /// @param edges what asks and listens
  /// @param nanoTime monotonic time
  /// @param reports takes what is found out, on the context
  public static Attendants of(
      Vertx vertx, Edges edges, LongSupplier nanoTime, Consumer<SatanReport.OfHealth> reports) {
    return new Attendants(
        new Attendance.Means(
            vertx,
            new Probes(vertx, edges.host(), edges.home()),
            edges.hearing(),
            nanoTime,
            reports));
  }

  /// What asks and listens.
  ///
  /// @param host runs the commands of checks
  /// @param home the daemon's home
  /// @param hearing listens to what processes say
  public record Edges(ProcessHost host, Path home, Hearing hearing) {}

  /// From now on this process is looked after.
  ///
  /// @return comes when nothing it says can be missed
  public Future<Void> attend(SatanCommand.Attend attend) {
    var attendance = new Attendance(means, attend);
    Attendance before = present.put(attend.worker(), attendance);
    if (before != null) {
      before.leave();
    }
    return attendance.open();
  }

  /// It is there.
  public void began(SatanCommand.Began began) {
    of(began.worker()).ifPresent(it -> it.began(began.process()));
  }

  /// It has said `ready` over its channel.
  public void saidReady(WorkerId worker) {
    of(worker).ifPresent(Attendance::saidReady);
  }

  /// Nobody wants to know of it any more.
  public void leave(WorkerId worker) {
    Attendance gone = present.remove(worker);
    if (gone != null) {
      gone.leave();
    }
  }

  /// How these are; without those who are not looked after.
  public Map<ProcessIdentity, HealthReport> reports(List<ProcessIdentity> processes) {
    Set<ProcessIdentity> wanted = Set.copyOf(processes);
    Map<ProcessIdentity, HealthReport> reports = new HashMap<>();
    for (Attendance attendance : present.values()) {
      attendance
          .process()
          .filter(wanted::contains)
          .ifPresent(process -> attendance.report().ifPresent(it -> reports.put(process, it)));
    }
    return reports;
  }

  private Optional<Attendance> of(WorkerId worker) {
    return Optional.ofNullable(present.get(worker));
  }
}
