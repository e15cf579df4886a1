package io.jpm.bus.god;

import io.jpm.model.AppSpec;
import io.jpm.model.run.Exit;
import io.jpm.model.run.InstanceId;
import io.jpm.model.run.Phase;
import io.jpm.model.run.ProcessIdentity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// One instance as everyone may see it.
///
/// @param id the number in the first column
/// @param spec the app it belongs to
/// @param number its place among the app's instances, from 0 (`NODE_APP_INSTANCE`)
/// @param phase where it is in its life
/// @param process the main process while there is one
/// @param restarts how often it was started again since it was made (PM2's `restart_time`)
/// @param unstableRestarts ends in a row that came sooner than `min_uptime`
/// @param createdAt when it was first added, wall clock
/// @param startedAt when the present process began, wall clock
/// @param lastExit how the last process ended
/// @param reason why it is in its phase, one sentence without a final stop, such as `exit 1 after
///   12 ms, restart 3/16`
/// @param outFile where standard output goes
/// @param errorFile where standard error goes
/// @param combinedFile where both go too (`log_file`)
/// @param pidFile the file with the pid, written for people and scripts
/// @param nextRun when its schedule says that the next restart is due, wall clock
/// @param report what the app says about itself
/// @param unhealthy why it is not well although it runs; empty: as far as is known it is well
/// @param status what it says of its present state (`STATUS=` of `sd_notify(3)`); may be empty
/// @param unenforced what of its limits does not hold for the present process, and why; empty: all
///   do
/// @param version of the package that its process was started from; empty: none is known
/// @param crashLooping whether it fails again and again, whatever its phase is at the moment
public record InstanceView(
    InstanceId id,
    AppSpec spec,
    int number,
    Phase phase,
    Optional<ProcessIdentity> process,
    int restarts,
    int unstableRestarts,
    Instant createdAt,
    Optional<Instant> startedAt,
    Optional<Exit> lastExit,
    String reason,
    Path outFile,
    Path errorFile,
    Optional<Path> combinedFile,
    Path pidFile,
    Optional<Instant> nextRun,
    AppReport report,
    Optional<String> unhealthy,
    String status,
    String unenforced,
    String version,
    boolean crashLooping) {
  /// The same instance as if its app were described otherwise.
  public InstanceView with(AppSpec other) {
    return new InstanceView(
        id,
        other,
        number,
        phase,
        process,
        restarts,
        unstableRestarts,
        createdAt,
        startedAt,
        lastExit,
        reason,
        outFile,
        errorFile,
        combinedFile,
        pidFile,
        nextRun,
        report,
        unhealthy,
        status,
        unenforced,
        version,
        crashLooping);
  }
}
