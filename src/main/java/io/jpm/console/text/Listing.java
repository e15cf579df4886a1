package io.jpm.console.text;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.satan.HealthReport;
import io.jpm.bus.satan.SatanReply.Load;
import io.jpm.model.run.Phase;
import io.jpm.model.run.ProcessIdentity;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/// Instances at one moment, with all that the lists show of them.
///
/// @param instances by id
/// @param loads what their processes use, as far as Satan told
/// @param health what checks tell of their processes, as far as Satan told
/// @param now the moment, wall clock
/// @param user who the daemon runs as, and so every app that does not say otherwise
public record Listing(
    List<InstanceView> instances,
    Map<ProcessIdentity, Load> loads,
    Map<ProcessIdentity, HealthReport> health,
    Instant now,
    String user) {
  public Listing {
    instances = List.copyOf(instances);
    loads = Map.copyOf(loads);
    health = Map.copyOf(health);
  }

  /// Without what checks tell.
  public Listing(
      List<InstanceView> instances, Map<ProcessIdentity, Load> loads, Instant now, String user) {
    this(instances, loads, Map.of(), now, user);
  }

  /// The same with what checks tell.
  public Listing with(Map<ProcessIdentity, HealthReport> reports) {
    return new Listing(instances, loads, reports, now, user);
  }

  /// What checks tell of an instance; empty when it has no process or no checks, or Satan did not
  /// tell.
  Optional<HealthReport> healthOf(InstanceView instance) {
    return instance.process().flatMap(process -> Optional.ofNullable(health.get(process)));
  }

  /// Who an instance runs as: a name, or a number where its app says so.
  String userOf(InstanceView instance) {
    return instance.spec().runAs().user().orElse(user);
  }

  /// The load of an instance; empty when it has no process or Satan did not tell.
  Optional<Load> loadOf(InstanceView instance) {
    return instance.process().flatMap(process -> Optional.ofNullable(loads.get(process)));
  }

  /// PM2's uptime column: 0 unless online.
  String uptimeOf(InstanceView instance) {
    return instance.phase() == Phase.ONLINE
        ? instance
            .startedAt()
            .map(start -> Amounts.uptime(Duration.between(start, now)))
            .orElse("0")
        : "0";
  }

  String memoryOf(InstanceView instance) {
    return amountOf(instance, "0b", load -> Amounts.memory(load.memoryBytes()));
  }

  String cpuOf(InstanceView instance) {
    return amountOf(instance, "0%", load -> Amounts.percent(load.cpuPercent()));
  }

  private String amountOf(InstanceView instance, String none, Function<Load, String> format) {
    return instance.process().isEmpty() ? none : loadOf(instance).map(format).orElse("N/A");
  }

  /// The status column: the phase, or what is wrong with what runs.
  static Cell statusOf(InstanceView instance) {
    if (instance.crashLooping()) {
      return new Cell("crash-looping", Paint.BOLD_RED);
    }
    return instance.phase() == Phase.ONLINE && instance.unhealthy().isPresent()
        ? new Cell("unhealthy", Paint.BOLD_YELLOW)
        : new Cell(instance.phase().word(), paintOf(instance.phase()));
  }

  /// How the word of a phase looks.
  public static Paint paintOf(Phase phase) {
    return switch (phase) {
      case ONLINE -> Paint.BOLD_GREEN;
      case STOPPED, ERRORED -> Paint.BOLD_RED;
      case LAUNCHING, STOPPING, WAITING_RESTART -> Paint.BOLD_YELLOW;
    };
  }
}
