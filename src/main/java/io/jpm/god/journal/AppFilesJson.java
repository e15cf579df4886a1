package io.jpm.god.journal;

import io.jpm.bus.god.AppFile;
import io.jpm.model.AppName;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;

/// Converts the recorded process files to and from JSON for the journal.
final class AppFilesJson {
  private AppFilesJson() {}

  /// Converts the recorded process files to JSON.
  ///
  /// @param environments receives the environments in which the files are evaluated
  static JsonArray write(List<AppFile> files, Environments environments) {
    JsonArray all = new JsonArray();
    for (AppFile file : files) {
      JsonObject json =
          new JsonObject()
              .put("file", file.file().toString())
              .put(
                  "apps",
                  new JsonArray(file.apps().stream().map(AppName::value).sorted().toList()));
      file.watch().ifPresent(it -> json.put("reading", reading(it, environments)));
      all.add(json);
    }
    return all;
  }

  private static JsonObject reading(AppFile.WatchContext watchContext, Environments environments) {
    JsonObject json =
        new JsonObject()
            .put("cwd", watchContext.cwd().toString())
            .put("environment", environments.indexOf(watchContext.environment()))
            .put("only", new JsonArray(watchContext.only().stream().sorted().toList()))
            .put("lasting", watchContext.persistent());
    watchContext.envName().ifPresent(name -> json.put("env", name));
    return json;
  }

  /// Converts JSON to the recorded process files.
  ///
  /// @throws RuntimeException of any subtype if the JSON is invalid
  static List<AppFile> read(JsonArray json, List<Map<String, String>> environments) {
    return json.stream().map(JsonObject.class::cast).map(it -> file(it, environments)).toList();
  }

  private static AppFile file(JsonObject json, List<Map<String, String>> environments) {
    return new AppFile(
        Path.of(json.getString("file")),
        json.getJsonArray("apps").stream()
            .map(name -> new AppName((String) name))
            .collect(Collectors.toSet()),
        Optional.ofNullable(json.getJsonObject("reading")).map(it -> reading(it, environments)));
  }

  private static AppFile.WatchContext reading(
      JsonObject json, List<Map<String, String>> environments) {
    return new AppFile.WatchContext(
        Path.of(json.getString("cwd")),
        environments.get(json.getInteger("environment")),
        Optional.ofNullable(json.getString("env")),
        json.getJsonArray("only").stream().map(String.class::cast).collect(Collectors.toSet()),
        json.getBoolean("lasting"));
  }
}
