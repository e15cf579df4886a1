package io.jpm.wire;

import io.vertx.core.json.JsonObject;
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
/// @param unhealthy why it is not well although it runs
/// @param outFile where standard output goes
/// @param errorFile where standard error goes
/// @param spec what its owner has described, under the names of a process file and with secrets
///   masked; only there where it was asked for
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
    Optional<String> unhealthy,
    String outFile,
    String errorFile,
    Optional<JsonObject> spec) {
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
            .put("unhealthy", unhealthy.orElse(null))
            .put("out_file", outFile)
            .put("error_file", errorFile);
    spec.ifPresent(described -> json.put("spec", described.copy()));
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
          Optional.ofNullable(json.getString("unhealthy")),
          text(json, "out_file"),
          text(json, "error_file"),
          Optional.ofNullable(json.getJsonObject("spec")));
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
