package io.jpm.client;

import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One instance of an app, as it was when the daemon answered.
///
/// @param app its app's name
/// @param id its number among all of the home
/// @param number its number among those of its app, from 0 on
/// @param namespace `default` unless the app has another
/// @param status `online`, `stopped`, `launching`, `stopping`, `errored`, …; later daemons may have
///   more
/// @param pid its main process; empty: none
/// @param restarts how often it was started again
/// @param unstableRestarts how many of them came too soon after the start
/// @param createdAt when it came into the list
/// @param startedAt when its process began; empty: it has had none
/// @param exitCode how its last process ended by itself
/// @param exitSignal which signal ended its last process, by name
/// @param reason why it is as it is, in words
/// @param unhealthy what its health check says against it; empty: nothing
/// @param outFile its log of standard output
/// @param errorFile its log of standard error
/// @param spec what its owner has described, secrets masked, as parsed JSON; of `describe` only,
///   else empty
/// @param ports the TCP ports that jpm knows it to listen on; of `describe` only
/// @param checks how its checks go, while it has a process; of `describe` only
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
    List<Check> checks) {
  /// How one check goes.
  ///
  /// @param name `startup`, `readiness` or `liveness`
  /// @param state `not_begun`, `no_answer`, `passing`, `failing` or `unheard`; later daemons may
  ///   have more
  /// @param since when that began
  /// @param detail why the latest attempt failed
  public record Check(String name, String state, Instant since, Optional<String> detail) {
    private static Check of(JsonMembers json) {
      return new Check(
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
        json.each("checks", Check::of));
  }
}
