package io.jpm.god.journal;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// The environments that apps have inherited from the shells in which they were started. Each
/// distinct environment is stored once, because most apps have the same one.
final class Environments {
  private final Map<Map<String, String>, Integer> places = new LinkedHashMap<>();

  /// Returns the index of `environment`, and adds the environment if it is new.
  int indexOf(Map<String, String> environment) {
    return places.computeIfAbsent(environment, _ -> places.size());
  }

  JsonArray write() {
    var list = new JsonArray();
    places.keySet().forEach(e -> list.add(new JsonObject(new LinkedHashMap<>(e))));
    return list;
  }

  /// Reads the environments in the order of their indexes.
  ///
  /// @throws RuntimeException of any subtype if the JSON is not a list of environments
  static List<Map<String, String>> read(JsonArray json) {
    List<Map<String, String>> environments = new ArrayList<>();
    for (Object environment : json) {
      Map<String, String> variables = new LinkedHashMap<>();
      ((JsonObject) environment).forEach(e -> variables.put(e.getKey(), (String) e.getValue()));
      environments.add(variables);
    }
    return environments;
  }
}
