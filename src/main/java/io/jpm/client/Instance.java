package io.jpm.client;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// An instance of an app, with the state it had when the daemon answered.
///
/// @param app the name of its app
/// @param id its id, unique in the home
/// @param number its number among the instances of its app, from 0
/// @param namespace `default` unless the app has another
/// @param status `online`, `stopped`, `launching`, `stopping`, `errored`, …; later daemons may have
///   more
/// @param pid its main process; empty: none
/// @param restarts how often it has been restarted
/// @param unstableRestarts the number of consecutive exits that came too soon after the start
/// @param createdAt when it was added to the list of apps
/// @param startedAt when its latest process started; empty: it has had none
/// @param exitCode the exit code of its last process, if it ended by itself
/// @param exitSignal the name of the signal that ended its last process
/// @param reason the cause of its status, as a text for people
/// @param unhealthy why it is unhealthy although it runs; empty: no problem is known
/// @param outFile its log of standard output
/// @param errorFile its log of standard error
/// @param spec the settings of its app as parsed JSON, with secrets masked; empty except for
///   `describe`
/// @param ports the TCP ports on which jpm knows it to listen; empty except for `describe`
/// @param probes the states of its probes while it has a process; empty except for `describe`
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
  ///   have more
  /// @param since when the probe entered the state
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
