package io.jpm.client;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// An instance of an app, in its state at the time of the daemon's reply.
///
/// @param app the name of the app
/// @param id the id of the instance, unique within the home
/// @param number the number of the instance within its app, starting at 0
/// @param namespace the namespace of the app; `default` if none is set
/// @param status `online`, `stopped`, `launching`, `stopping`, `errored`, …; later daemons may send
///   further values
/// @param pid the pid of the main process; empty if there is none
/// @param restarts how often the instance has been restarted
/// @param unstableRestarts the number of consecutive exits that came too soon after the start
/// @param createdAt when the instance was added to the list of apps
/// @param startedAt when the latest process was started; empty if there has been none
/// @param exitCode the exit code of the last process, if it exited by itself
/// @param exitSignal the name of the signal that terminated the last process
/// @param reason the cause of the status, as text for users
/// @param unhealthy why the instance is unhealthy although it is running; empty if no problem is
///   known
/// @param outFile the log file for standard output
/// @param errorFile the log file for standard error
/// @param spec the settings of the app as parsed JSON, with secrets masked; filled in only by
///   `describe`
/// @param ports the TCP ports on which the instance is known to listen; filled in only by
///   `describe`
/// @param probes the states of the probes while the instance has a process; filled in only by
///   `describe`
public record Instance(
    String app,
    int id,
    int number,
    String namespace,
    String status,
    OptionalLong pid,
    int restarts,
    int unstableRestarts,
    Instant createdAt,
    Optional<Instant> startedAt,
    OptionalInt exitCode,
    Optional<String> exitSignal,
    String reason,
    Optional<String> unhealthy,
    Path outFile,
    Path errorFile,
    Map<String, @Nullable Object> spec,
    List<Integer> ports,
    List<ProbeReport> probes) {
  /// The state of one probe.
  ///
  /// @param name `startup`, `readiness` or `liveness`
  /// @param state `not_begun`, `no_answer`, `passing`, `failing` or `unheard`; later daemons may
  ///   send further values
  /// @param since when the probe entered this state
  /// @param detail why the latest attempt failed
  public record ProbeReport(String name, String state, Instant since, Optional<String> detail) {
    private static ProbeReport of(JsonMembers json) {
      return new ProbeReport(
          json.text("name"), json.text("state"), json.time("since"), json.optionalText("detail"));
    }
  }

  static Instance of(JsonMembers json) {
    return new Instance(
        json.text("app"),
        json.integer("id"),
        json.integer("number"),
        json.text("namespace"),
        json.text("status"),
        json.optionalNumber("pid"),
        json.integer("restarts"),
        json.integer("unstable_restarts"),
        json.time("created_at"),
        json.optionalTime("started_at"),
        json.optionalInteger("exit_code"),
        json.optionalText("exit_signal"),
        json.text("reason"),
        json.optionalText("unhealthy"),
        Path.of(json.text("out_file")),
        Path.of(json.text("error_file")),
        json.has("spec") ? JsonMembers.of(json.value("spec")).all() : Map.of(),
        json.integers("ports"),
        json.each("checks", ProbeReport::of));
  }
}
