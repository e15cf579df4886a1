package io.jpm.god.journal;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Converts `dump.json`, which contains the apps saved by `jpm save`, to and from JSON. Each
/// distinct environment is stored once.
final class DumpJson {
  private static final int VERSION = 1;

  private DumpJson() {}

  static JsonObject write(List<SavedApp> apps) {
    var environments = new Environments();
    var list = new JsonArray();
    for (SavedApp app : apps) {
      var instances = new JsonArray();
      app.instances().forEach(savedInstance -> instances.add(write(savedInstance)));
      list.add(
          new JsonObject()
              .put("environment", environments.indexOf(app.spec().variables().inherited()))
              .put("spec", SpecJson.write(app.spec()))
              .put("instances", instances));
    }
    return new JsonObject()
        .put("v", VERSION)
        .put("apps", list)
        .put("environments", environments.write());
  }

  private static JsonObject write(SavedApp.SavedInstance savedInstance) {
    var json =
        new JsonObject()
            .put("number", savedInstance.number())
            .put("running", savedInstance.running());
    return savedInstance.version().isEmpty() ? json : json.put("version", savedInstance.version());
  }

  /// Converts JSON to the saved apps.
  ///
  /// @throws RuntimeException of any subtype if the object is not a complete list
  static List<SavedApp> read(JsonObject json) {
    int version = json.getInteger("v");
    if (version > VERSION) {
      throw new NewerFormat(version);
    }
    List<Map<String, String>> environments = Environments.read(json.getJsonArray("environments"));
    List<SavedApp> apps = new ArrayList<>();
    for (Object entry : json.getJsonArray("apps")) {
      var app = (JsonObject) entry;
      apps.add(
          new SavedApp(
              SpecJson.read(
                  app.getJsonObject("spec"), environments.get(app.getInteger("environment"))),
              places(app.getJsonArray("instances"))));
    }
    return apps;
  }

  private static List<SavedApp.SavedInstance> places(JsonArray json) {
    return json.stream()
        .map(JsonObject.class::cast)
        .map(place ->
            new SavedApp.SavedInstance(
                place.getInteger("number"),
                place.getBoolean("running"),
                place.getString("version", "")))
        .toList();
  }
}
