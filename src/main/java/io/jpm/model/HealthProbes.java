package io.jpm.model;

import java.time.Duration;
import java.util.Optional;
import java.util.stream.Stream;

/// The health probes of an app. They have the same meaning as in Kubernetes, except that the
/// liveness probe does not run before the process is ready.
///
/// @param startup the probe that must pass once before the other probes run and before the instance
///   is online
/// @param readiness the probe that must pass before the instance is online. When it fails later,
///   the instance is shown as unhealthy. If jpm distributes the connections and another instance is
///   healthy, the unhealthy instance receives no new connections
/// @param liveness the probe that runs while the instance is online; when it fails, the process is
///   replaced
public record HealthProbes(
    Optional<StartupProbe> startup, Optional<Probe> readiness, Optional<Probe> liveness) {
  /// An app without probes.
  public static final HealthProbes NONE =
      new HealthProbes(Optional.empty(), Optional.empty(), Optional.empty());

  /// A probe that runs repeatedly.
  ///
  /// @param check how the instance is examined
  /// @param rhythm the timing and the thresholds
  public record Probe(ProbeHandler check, ProbeHandler.ProbeTiming rhythm) {}

  /// A probe that must pass once after the start.
  ///
  /// @param check how the instance is examined
  /// @param interval the time between two attempts
  /// @param within the time limit, measured from the start of the process; if the probe has not
  ///   passed by then, the start has failed
  public record StartupProbe(ProbeHandler check, Duration interval, Duration within) {
    public StartupProbe {
      if (!interval.isPositive() || !within.isPositive()) {
        throw new IllegalArgumentException("interval and timeout must be greater than 0");
      }
    }
  }

  /// Reports whether a probe determines when a process is online.
  public boolean gatesOnline() {
    return startup.isPresent() || readiness.isPresent();
  }

  /// Reports whether any probe is configured.
  public boolean isConfigured() {
    return gatesOnline() || liveness.isPresent();
  }

  /// Reports whether a probe waits for notifications that the process sends to `NOTIFY_SOCKET`.
  public boolean notifies() {
    return Stream.of(
            startup.map(StartupProbe::check),
            readiness.map(Probe::check),
            liveness.map(Probe::check))
        .flatMap(Optional::stream)
        .anyMatch(ProbeHandler.Notify.class::isInstance);
  }
}
