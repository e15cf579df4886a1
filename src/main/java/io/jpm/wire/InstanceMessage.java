package io.jpm.wire;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// An instance, as clients of `jpm.command` receive it. Empty values are null in JSON.
///
/// @param app the name of its app
/// @param id its id
/// @param number its number among the instances of its app, from 0
/// @param namespace the namespace of its app
/// @param status its phase, with PM2's names
/// @param pid its main process
/// @param restarts how often it has been restarted
/// @param unstableRestarts the number of consecutive exits that came too soon after the start
/// @param createdAt when it was added to the list, in milliseconds since 1970
/// @param startedAt when its latest process started, in milliseconds since 1970
/// @param exitCode the exit code of its last process, if it ended by itself
/// @param exitSignal the name of the signal that ended its last process
/// @param reason why it is in its phase
/// @param crashLooping whether it is in a crash loop, whatever its present status is
/// @param unhealthy why it is unhealthy although it runs
/// @param outFile its log of standard output
/// @param errorFile its log of standard error
/// @param details present only if requested
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
  /// @param spec the settings of its app, with the keys of a process file and with secrets masked
  /// @param ports the TCP ports on which jpm knows it to listen: those of its app, then its private
  ///   one
  /// @param probes the states of its probes while it has a process
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
  /// @param since when the probe entered the state, in milliseconds since 1970
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
          needed(json.getLong("since"), "since"),
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
          needed(json.getLong("created_at"), "created_at"),
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
      throw new IllegalArgumentException("not an instance: " + wrong.getMessage(), wrong);
    }
  }

  private static OptionalInt optional(@Nullable Integer value) {
    return value == null ? OptionalInt.empty() : OptionalInt.of(value);
  }

  private static OptionalLong moment(@Nullable Long value) {
    return value == null ? OptionalLong.empty() : OptionalLong.of(value);
  }

  private static int number(JsonObject json, String key) {
    return needed(json.getInteger(key), key);
  }

  private static String text(JsonObject json, String key) {
    return needed(json.getString(key), key);
  }

  private static <T> T needed(@Nullable T value, String key) {
    if (value == null) {
      throw new IllegalArgumentException("not an instance: no " + key);
    }
    return value;
  }
}
