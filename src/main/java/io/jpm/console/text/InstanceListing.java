package io.jpm.console.text;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.SatanReply.MeasuredUsage;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// A snapshot of instances with all data that lists display.
///
/// @param instances the instances, ordered by id
/// @param usages the resource usage by process; a process is absent if Satan has not reported it
/// @param health the probe results by process; a process is absent if Satan has not reported it
/// @param now the wall-clock time of the snapshot
/// @param user the user that the daemon runs as, which is the default for apps
public record InstanceListing(
    List<InstanceView> instances,
    Map<ProcessIdentity, MeasuredUsage> usages,
    Map<ProcessIdentity, HealthReport> health,
    Instant now,
    String user) {
  public InstanceListing {
    instances = List.copyOf(instances);
    usages = Map.copyOf(usages);
    health = Map.copyOf(health);
  }

  /// Creates a listing without probe results.
  public InstanceListing(
      List<InstanceView> instances,
      Map<ProcessIdentity, MeasuredUsage> loads,
      Instant now,
      String user) {
    this(instances, loads, Map.of(), now, user);
  }

  /// Returns a copy with the given probe results.
  public InstanceListing with(Map<ProcessIdentity, HealthReport> reports) {
    return new InstanceListing(instances, usages, reports, now, user);
  }

  /// Returns the probe results of an instance; empty if it has no process or no probes, or Satan
  /// did not answer.
  Optional<HealthReport> healthOf(InstanceView instance) {
    return instance.process().flatMap(process -> Optional.ofNullable(health.get(process)));
  }

  /// Returns the user that an instance runs as: the name or number in the app's settings, or the
  /// daemon's user.
  String userOf(InstanceView instance) {
    return instance.spec().runAs().user().orElse(user);
  }

  /// Returns the resource usage of an instance; empty if it has no process, or Satan did not
  /// answer.
  Optional<MeasuredUsage> loadOf(InstanceView instance) {
    return instance.process().flatMap(process -> Optional.ofNullable(usages.get(process)));
  }

  /// Returns the text of the uptime column, which is `0` unless the instance is online, as in PM2.
  String uptimeOf(InstanceView instance) {
    return instance.phase() == Phase.ONLINE
        ? instance
            .startedAt()
            .map(start -> Amounts.uptime(Duration.between(start, now)))
            .orElse("0")
        : "0";
  }

  String memoryOf(InstanceView instance) {
    return amountOf(instance, "0b", measuredUsage -> Amounts.memory(measuredUsage.memoryBytes()));
  }

  String cpuOf(InstanceView instance) {
    return amountOf(instance, "0%", measuredUsage -> Amounts.percent(measuredUsage.cpuPercent()));
  }

  private String amountOf(
      InstanceView instance, String none, Function<MeasuredUsage, String> format) {
    return instance.process().isEmpty() ? none : loadOf(instance).map(format).orElse("N/A");
  }

  /// Returns the content of the status column: `crash-looping`, `unhealthy` or the phase.
  static Cell statusOf(InstanceView instance) {
    if (instance.crashLooping()) {
      return new Cell("crash-looping", Paint.BOLD_RED);
    }
    return instance.phase() == Phase.ONLINE && instance.unhealthy().isPresent()
        ? new Cell("unhealthy", Paint.BOLD_YELLOW)
        : new Cell(instance.phase().keyword(), paintOf(instance.phase()));
  }

  /// Returns the style in which a phase is displayed.
  public static Paint paintOf(Phase phase) {
    return switch (phase) {
      case ONLINE -> Paint.BOLD_GREEN;
      case STOPPED, ERRORED -> Paint.BOLD_RED;
      case LAUNCHING, STOPPING, WAITING_RESTART -> Paint.BOLD_YELLOW;
    };
  }
}
