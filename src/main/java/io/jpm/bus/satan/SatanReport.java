package io.jpm.bus.satan;

import io.jpm.bus.BusMessage;
import io.jpm.model.run.ProcessIdentity;
import io.jpm.model.run.WorkerId;
import java.time.Duration;

/// What Satan has noticed by itself. Published on [io.jpm.bus.Addresses#SATAN_REPORTS].
public sealed interface SatanReport extends BusMessage {
  /// A tree has more memory than the limit of [SatanCommand.Limits]. Said once for each process.
  ///
  /// @param process the main process
  /// @param bytes what its tree has resident
  /// @param limit what it may have
  record MemoryExceeded(ProcessIdentity process, long bytes, long limit) implements SatanReport {}

  /// What was found about the health of one process of [SatanCommand.Attend].
  sealed interface OfHealth extends SatanReport {
    /// Which.
    WorkerId worker();
  }

  /// Startup and readiness have passed for the first time.
  record Ready(WorkerId worker) implements OfHealth {}

  /// Startup or readiness have not passed yet; said when the reason changes.
  ///
  /// @param reason what the last attempt found: `http://127.0.0.1:3000/ready answers 503`
  record NotYet(WorkerId worker, String reason) implements OfHealth {}

  /// Readiness or liveness fails, after all was well.
  ///
  /// @param reason as in [NotYet], with how often
  record Unhealthy(WorkerId worker, String reason) implements OfHealth {}

  /// All is well again after [Unhealthy].
  record Recovered(WorkerId worker) implements OfHealth {}

  /// Liveness has failed: the process is to be replaced. Said once for each process.
  ///
  /// @param reason as in [Unhealthy]
  record Dead(WorkerId worker, String reason) implements OfHealth {}

  /// The process asks for time to get ready (`EXTEND_TIMEOUT_USEC=` of `sd_notify(3)`).
  ///
  /// @param time from now on; positive
  record MoreTime(WorkerId worker, Duration time) implements OfHealth {}

  /// What the process says about itself (`STATUS=` of `sd_notify(3)`).
  ///
  /// @param text one line; empty: nothing any more
  record Says(WorkerId worker, String text) implements OfHealth {}
}
