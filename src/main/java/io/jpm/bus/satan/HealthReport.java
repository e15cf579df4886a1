package io.jpm.bus.satan;

import java.time.Duration;
import java.util.Optional;

/// The health of one process, as its app's probes determine it.
///
/// @param status the overall health
/// @param since how long it has been so; at most as long as the daemon has known the process
/// @param startup the startup probe; empty: the app has none
/// @param readiness the readiness probe; empty: the app has none
/// @param liveness the liveness probe; empty: the app has none
public record HealthReport(
    Status status,
    Duration since,
    Optional<ProbeReport> startup,
    Optional<ProbeReport> readiness,
    Optional<ProbeReport> liveness) {
  /// The overall health by all probes.
  public enum Status {
    /// The startup or readiness probe has not passed yet.
    NOT_READY,
    /// All probes have passed and none has failed since.
    WELL,
    /// The readiness or liveness probe has failed as often as its threshold.
    UNHEALTHY
  }

  /// The state of one probe.
  ///
  /// @param verdict the latest result
  /// @param failures the number of consecutive failed attempts; 0 unless [Verdict#FAILING]
  /// @param threshold the number of consecutive failures that has a consequence; 0: none has, only
  ///   the total time for all attempts is limited
  /// @param failureReason why the latest attempt failed, for users; empty: it has not failed
  /// @param since how long the verdict has been the same
  public record ProbeReport(
      Verdict verdict, int failures, int threshold, String failureReason, Duration since) {}

  /// The latest result of a probe.
  public enum Verdict {
    /// The probe has not started yet, since another one has to pass first.
    NOT_BEGUN,
    /// The probe has started and has no result yet.
    NO_ANSWER,
    /// The latest attempt has passed, or the probe has passed for good.
    PASSING,
    /// The latest attempt has failed.
    FAILING,
    /// The source that the probe listens to is not available, so it has no result.
    UNAVAILABLE
  }
}
