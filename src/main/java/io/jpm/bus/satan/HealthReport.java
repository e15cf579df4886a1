package io.jpm.bus.satan;

import java.time.Duration;
import java.util.Optional;

/// The health of one process, as determined by the probes of its app.
///
/// @param status the overall health
/// @param since how long the status has been unchanged; at most as long as this daemon has
///   monitored the process
/// @param startup the startup probe; empty if the app has none
/// @param readiness the readiness probe; empty if the app has none
/// @param liveness the liveness probe; empty if the app has none
public record HealthReport(
    Status status,
    Duration since,
    Optional<ProbeReport> startup,
    Optional<ProbeReport> readiness,
    Optional<ProbeReport> liveness) {
  /// The overall health, derived from all probes.
  public enum Status {
    /// The startup or readiness probe has not passed yet.
    NOT_READY,
    /// The startup and readiness probes have passed, and the process is not [#UNHEALTHY].
    WELL,
    /// The number of consecutive failures of the readiness or liveness probe has reached its
    /// threshold.
    UNHEALTHY
  }

  /// The state of one probe.
  ///
  /// @param verdict the latest result
  /// @param failures the number of consecutive failed attempts; 0 unless [Verdict#FAILING]
  /// @param threshold the number of consecutive failures after which the probe has failed; 0 if
  ///   only the total time for all attempts is limited
  /// @param failureReason why the latest attempt failed, for users; empty if it has not failed
  /// @param since how long the verdict has been unchanged
  public record ProbeReport(
      Verdict verdict, int failures, int threshold, String failureReason, Duration since) {}

  /// The latest result of a probe.
  public enum Verdict {
    /// The probe has not started yet, because another probe has to pass first.
    NOT_BEGUN,
    /// The probe has started and has no result yet.
    NO_ANSWER,
    /// The latest attempt has passed, or the probe has passed and is not run again.
    PASSING,
    /// The latest attempt has failed.
    FAILING,
    /// The probe has no result, because its source is not available.
    UNAVAILABLE
  }
}
