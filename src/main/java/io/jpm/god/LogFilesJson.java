package io.jpm.god;

import io.jpm.model.LineFormat;
import io.jpm.model.LogFiles;
import io.jpm.model.LogLimits;
import io.jpm.model.TimePattern;
import io.jpm.model.WhenFull;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Optional;
import java.util.stream.Collectors;

/// The log options of an app in the journal and in `dump.json`. What is as it usually is is left
/// out.
final class LogFilesJson {
  private static final String RAW = "raw";
  private static final String JSON = "json";

  private LogFilesJson() {}

  /// Adds `logs` to the app's object.
  static void put(JsonObject json, LogFiles logs) {
    logs.out().ifPresent(path -> json.put("out_file", path.toString()));
    logs.error().ifPresent(path -> json.put("error_file", path.toString()));
    logs.combined().ifPresent(path -> json.put("log_file", path.toString()));
    putFlag(json, "merge_logs", logs.merged());
    putFlag(json, "disable_logs", logs.disabled());
    putFlag(json, "pty", logs.terminal());
    putFormat(json, logs.format());
    if (!logs.limits().equals(LogLimits.Wish.NONE)) {
      json.put("logs", limits(logs.limits()));
    }
    if (!logs.special().isEmpty()) {
      json.put(
          "special_files",
          new JsonArray(logs.special().stream().map(Path::toString).sorted().toList()));
    }
  }

  /// Reads what [#put] has added; what an older jpm did not write has its default.
  static LogFiles read(JsonObject json) {
    return new LogFiles(
        path(json, "out_file"),
        path(json, "error_file"),
        path(json, "log_file"),
        json.getBoolean("merge_logs", false),
        json.getBoolean("disable_logs", false),
        format(json),
        wish(json.getJsonObject("logs", new JsonObject())),
        json.getBoolean("pty", false),
        json.getJsonArray("special_files", new JsonArray()).stream()
            .map(file -> Path.of((String) file))
            .collect(Collectors.toSet()));
  }

  private static void putFlag(JsonObject json, String key, boolean value) {
    if (value) {
      json.put(key, true);
    }
  }

  private static void putFormat(JsonObject json, LineFormat format) {
    switch (format) {
      case LineFormat.Raw() -> {}
      case LineFormat.Dated(TimePattern pattern) -> json.put("log_date_format", pattern.text());
      case LineFormat.Json(Optional<TimePattern> pattern) -> {
        json.put("log_type", JSON);
        pattern.ifPresent(date -> json.put("log_date_format", date.text()));
      }
    }
  }

  private static LineFormat format(JsonObject json) {
    Optional<TimePattern> pattern =
        Optional.ofNullable(json.getString("log_date_format")).map(TimePattern::new);
    if (json.getString("log_type", RAW).equals(JSON)) {
      return new LineFormat.Json(pattern);
    }
    return pattern.<LineFormat>map(LineFormat.Dated::new).orElse(LineFormat.RAW);
  }

  private static JsonObject limits(LogLimits.Wish wish) {
    var json = new JsonObject();
    wish.maxSize().ifPresent(bytes -> json.put("max_size", bytes));
    wish.rotateEvery().ifPresent(time -> json.put("rotate_every", time.toMillis()));
    wish.keep().ifPresent(files -> json.put("keep", files));
    wish.maxAge().ifPresent(time -> json.put("max_age", time.toMillis()));
    wish.maxTotal().ifPresent(bytes -> json.put("max_total", bytes));
    wish.compress().ifPresent(packed -> json.put("compress", packed));
    wish.whenFull().ifPresent(rule -> json.put("when_full", rule.name()));
    return json;
  }

  private static LogLimits.Wish wish(JsonObject json) {
    return new LogLimits.Wish(
        Optional.ofNullable(json.getLong("max_size")),
        Optional.ofNullable(json.getLong("rotate_every")).map(Duration::ofMillis),
        Optional.ofNullable(json.getInteger("keep")),
        Optional.ofNullable(json.getLong("max_age")).map(Duration::ofMillis),
        Optional.ofNullable(json.getLong("max_total")),
        Optional.ofNullable(json.getBoolean("compress")),
        Optional.ofNullable(json.getString("when_full")).map(WhenFull::valueOf));
  }

  private static Optional<Path> path(JsonObject json, String key) {
    return Optional.ofNullable(json.getString(key)).map(Path::of);
  }
}
