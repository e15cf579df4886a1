package io.jpm.bus.satan;

import io.jpm.bus.BusMessage;
import io.jpm.model.process.ProcessIdentity;
import io.jpm.model.process.WorkerId;
import java.time.Duration;

/// A report that Satan sends on its own initiative. Published on
/// [io.jpm.bus.Addresses#SATAN_REPORTS].
public sealed interface SatanReport extends BusMessage {
  /// A process tree exceeds its memory limit, as set by [SatanCommand.Limits]. Reported once per
  /// process.
  ///
  /// @param process the main process
  /// @param bytes the resident memory of its tree
  /// @param limit the limit in bytes
  record MemoryExceeded(ProcessIdentity process, long bytes, long limit) implements SatanReport {}

  /// A report about the health of a process for which [SatanCommand.StartMonitoring] was sent.
  sealed interface HealthChange extends SatanReport {
    /// Returns the process that the report is about.
    WorkerId worker();
  }

  /// The startup and readiness probes have passed for the first time.
  record Ready(WorkerId worker) implements HealthChange {}

  /// The startup or readiness probe has not passed yet. Reported whenever the reason changes.
  ///
  /// @param reason the result of the latest attempt, such as `http://127.0.0.1:3000/ready answers
  ///   503`
  record NotReady(WorkerId worker, String reason) implements HealthChange {}

  /// The readiness or liveness probe fails, after all probes had passed.
  ///
  /// @param reason as in [NotReady], with the number of failures
  record Unhealthy(WorkerId worker, String reason) implements HealthChange {}

  /// The process is healthy again after [Unhealthy].
  record Recovered(WorkerId worker) implements HealthChange {}

  /// The liveness probe has failed, and God must replace the process. Reported once per process.
  ///
  /// @param reason as in [Unhealthy]
  record Dead(WorkerId worker, String reason) implements HealthChange {}

  /// The process requests more time to become ready (`EXTEND_TIMEOUT_USEC=` of `sd_notify(3)`).
  ///
  /// @param time the additional time, counted from now; positive
  record TimeoutExtension(WorkerId worker, Duration time) implements HealthChange {}

  /// The process has set its status text (`STATUS=` of `sd_notify(3)`).
  ///
  /// @param text one line; empty if the text was removed
  record StatusText(WorkerId worker, String text) implements HealthChange {}
}
