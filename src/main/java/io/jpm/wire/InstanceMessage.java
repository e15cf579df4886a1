package io.jpm.wire;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// One instance, as clients of `jpm.command` see it. What there is not is null in JSON.
///
/// @param app the app's name
/// @param id the instance's id
/// @param number its place among the app's instances, from 0
/// @param namespace the app's
/// @param status the phase it is in, in PM2's words
/// @param pid its main process
/// @param restarts how often it was started again
/// @param unstableRestarts ends in a row that came too soon
/// @param createdAt when it was added, milliseconds since 1970
/// @param startedAt when its process began
/// @param exitCode of the last process, where it ended by itself
/// @param exitSignal of the last process, where a signal ended it, by name
/// @param reason why it is in its phase
/// @param crashLooping whether it fails again and again, whatever its status is at the moment
/// @param unhealthy why it is not well although it runs
/// @param outFile where standard output goes
/// @param errorFile where standard error goes
/// @param details only there where they were asked for
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
  /// What `describe` tells beside.
  ///
  /// @param spec what its owner has described, under the names of a process file and with secrets
  ///   masked
  /// @param ports the TCP ports that jpm knows it to listen on: those of its app, then one of its
  ///   own
  /// @param checks how each check of its app goes, while it has a process
  public record Details(JsonObject spec, List<Integer> ports, List<Check> checks) {
    public Details {
      ports = List.copyOf(ports);
      checks = List.copyOf(checks);
    }

    private void into(JsonObject json) {
      json.put("spec", spec.copy())
          .put("ports", new JsonArray(ports))
          .put("checks", new JsonArray(checks.stream().map(Check::toJson).toList()));
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
                      .map(check -> Check.fromJson((JsonObject) check))
                      .toList()));
    }
  }

  /// How one check goes.
  ///
  /// @param name `startup`, `readiness` or `liveness`
  /// @param state `not_begun`, `no_answer`, `passing`, `failing` or `unheard`
  /// @param since when that began, milliseconds since 1970
  /// @param detail why the latest attempt failed
  public record Check(String name, String state, long since, Optional<String> detail) {
    private JsonObject toJson() {
      return new JsonObject()
          .put("name", name)
          .put("state", state)
          .put("since", since)
          .put("detail", detail.orElse(null));
    }

    private static Check fromJson(JsonObject json) {
      return new Check(
          text(json, "name"),
          text(json, "state"),
          needed(json.getLong("since"), "since"),
          Optional.ofNullable(json.getString("detail")));
    }
  }

  /// The JSON form.
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

  /// Reads the JSON form; unknown keys are skipped.
  ///
  /// @throws IllegalArgumentException when `json` is none
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
