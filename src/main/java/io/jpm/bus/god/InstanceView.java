package io.jpm.bus.god;

import io.jpm.model.AppSpec;
import io.jpm.model.process.Exit;
import io.jpm.model.process.InstanceId;
import io.jpm.model.process.Phase;
import io.jpm.model.process.ProcessIdentity;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Optional;

/// The state of one instance, as shown to other components and to users.
///
/// @param id the number in the first column of `jpm ls`
/// @param spec the spec of its app
/// @param number the number of the instance within its app, from 0 (`NODE_APP_INSTANCE`)
/// @param phase its phase in the life cycle
/// @param process the main process, if there is one
/// @param restarts the number of restarts since it was created (PM2's `restart_time`)
/// @param unstableRestarts the number of consecutive exits before `min_uptime`
/// @param createdAt when it was first added, wall clock
/// @param startedAt when the current process started, wall clock
/// @param lastExit how the previous process terminated
/// @param reason why it is in its phase, one sentence without a full stop, such as `exit 1 after 12
///   ms, restart 3/16`
/// @param outFile the log file for standard output
/// @param errorFile the log file for standard error
/// @param combinedFile the additional log file for both streams (`log_file`)
/// @param pidFile the file that contains the pid, written for users and scripts
/// @param nextRun the next restart on its schedule, wall clock
/// @param report the metrics and actions that the app reports
/// @param unhealthy why it is unhealthy although it is running; empty if no problem is known
/// @param status its latest status text (`STATUS=` of `sd_notify(3)`); may be empty
/// @param unenforced which limits are not enforced for the current process, and why; empty if all
///   are enforced
/// @param version the version of the package from which its process was started; empty if unknown
/// @param crashLooping whether it is in a crash loop, regardless of its current phase
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
  /// Returns a copy of this view with another spec.
  public InstanceView withSpec(AppSpec other) {
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
