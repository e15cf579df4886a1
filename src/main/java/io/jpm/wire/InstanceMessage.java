package io.jpm.wire;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// An instance, as received by clients of `jpm.command`. Empty values are null in JSON.
///
/// @param app the name of the app
/// @param id the id of the instance
/// @param number the number of the instance within its app, starting at 0
/// @param namespace the namespace of the app
/// @param status the phase of the instance, under PM2's name
/// @param pid the pid of the main process; empty if there is none
/// @param restarts how often the instance has been restarted
/// @param unstableRestarts the number of consecutive exits that came too soon after the start
/// @param createdAt when the instance was added to the list, in milliseconds since 1970
/// @param startedAt when the latest process was started, in milliseconds since 1970; empty if there
///   has been none
/// @param exitCode the exit code of the last process, if it exited by itself
/// @param exitSignal the name of the signal that terminated the last process
/// @param reason why the instance is in its current phase, as text for users
/// @param crashLooping whether the instance is in a crash loop, regardless of its current status
/// @param unhealthy why the instance is unhealthy although it is running; empty if no problem is
///   known
/// @param outFile the log file for standard output
/// @param errorFile the log file for standard error
/// @param details the additional values of `describe`; empty for other requests
public record InstanceMessage(
    String app,
    int id,
    int number,
    String namespace,
    String status,
    OptionalInt pid,
    int restarts,
    int unstableRestarts,
    long createdAt,
    OptionalLong startedAt,
    OptionalInt exitCode,
    Optional<String> exitSignal,
    String reason,
    boolean crashLooping,
    Optional<String> unhealthy,
    String outFile,
    String errorFile,
    Optional<Details> details) {
  /// The additional values of `describe`.
  ///
  /// @param spec the settings of the app, with the keys of a process file and with secrets masked
  /// @param ports the TCP ports on which the instance is known to listen: those of the app,
  ///   followed by the private port of the instance
  /// @param probes the states of the probes while the instance has a process
  public record Details(JsonObject spec, List<Integer> ports, List<ProbeReport> probes) {
    public Details {
      ports = List.copyOf(ports);
      probes = List.copyOf(probes);
    }

    private void into(JsonObject json) {
      json.put("spec", spec.copy())
          .put("ports", new JsonArray(ports))
          .put("checks", new JsonArray(probes.stream().map(ProbeReport::toJson).toList()));
    }

    private static Optional<Details> of(JsonObject json) {
      return Optional.ofNullable(json.getJsonObject("spec"))
          .map(spec ->
              new Details(
                  spec,
                  json.getJsonArray("ports", new JsonArray()).stream()
                      .map(port -> ((Number) port).intValue())
                      .toList(),
                  json.getJsonArray("checks", new JsonArray()).stream()
                      .map(check -> ProbeReport.fromJson((JsonObject) check))
                      .toList()));
    }
  }

  /// The state of one probe.
  ///
  /// @param name `startup`, `readiness` or `liveness`
  /// @param state `not_begun`, `no_answer`, `passing`, `failing` or `unheard`
  /// @param since when the probe entered this state, in milliseconds since 1970
  /// @param detail why the latest attempt failed
  public record ProbeReport(String name, String state, long since, Optional<String> detail) {
    private JsonObject toJson() {
      return new JsonObject()
          .put("name", name)
          .put("state", state)
          .put("since", since)
          .put("detail", detail.orElse(null));
    }

    private static ProbeReport fromJson(JsonObject json) {
      return new ProbeReport(
          text(json, "name"),
          text(json, "state"),
          required(json.getLong("since"), "since"),
          Optional.ofNullable(json.getString("detail")));
    }
  }

  /// Returns the JSON form.
  public JsonObject toJson() {
    var json =
        new JsonObject()
            .put("app", app)
            .put("id", id)
            .put("number", number)
            .put("namespace", namespace)
            .put("status", status)
            .put("pid", pid.isPresent() ? pid.getAsInt() : null)
            .put("restarts", restarts)
            .put("unstable_restarts", unstableRestarts)
            .put("created_at", createdAt)
            .put("started_at", startedAt.isPresent() ? startedAt.getAsLong() : null)
            .put("exit_code", exitCode.isPresent() ? exitCode.getAsInt() : null)
            .put("exit_signal", exitSignal.orElse(null))
            .put("reason", reason)
            .put("crash_looping", crashLooping)
            .put("unhealthy", unhealthy.orElse(null))
            .put("out_file", outFile)
            .put("error_file", errorFile);
    details.ifPresent(it -> it.into(json));
    return json;
  }

  /// Parses the JSON form; unknown keys are ignored.
  ///
  /// @throws IllegalArgumentException if `json` is not a valid instance
  public static InstanceMessage fromJson(JsonObject json) {
    try {
      return new InstanceMessage(
          text(json, "app"),
          number(json, "id"),
          number(json, "number"),
          text(json, "namespace"),
          text(json, "status"),
          optional(json.getInteger("pid")),
          number(json, "restarts"),
          number(json, "unstable_restarts"),
          required(json.getLong("created_at"), "created_at"),
          moment(json.getLong("started_at")),
          optional(json.getInteger("exit_code")),
          Optional.ofNullable(json.getString("exit_signal")),
          text(json, "reason"),
          json.getBoolean("crash_looping", false),
          Optional.ofNullable(json.getString("unhealthy")),
          text(json, "out_file"),
          text(json, "error_file"),
          Details.of(json));
    } catch (ClassCastException wrong) {
      throw new IllegalArgumentException("not a valid instance: " + wrong.getMessage(), wrong);
    }
  }

  private static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private static OptionalLong moment(@Nullable Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private static int number(JsonObject json, String key) {
    return required(json.getInteger(key), key);
  }

  private static String text(JsonObject json, String key) {
    return required(json.getString(key), key);
  }

  private static <T> T required(@Nullable T value, String key) {
    if (value == null) {
      throw new IllegalArgumentException("not a valid instance: it has no " + key);
    }
    return value;
  }
}
