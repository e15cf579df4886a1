package io.jpm.god.journal;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/// What apps have inherited from the shells that started them, each environment once: the apps of
/// one home mostly share theirs.
final class Environments {
  private final Map<Map<String, String>, Integer> places = new LinkedHashMap<>();

  /// The place of `environment` in the list, which it gets when it has none.
  int placeOf(Map<String, String> environment) {
    return places.computeIfAbsent(environment, _ -> places.size());
  }

  JsonArray write() {
    var list = new JsonArray();
    places.keySet().forEach(e -> list.add(new JsonObject(new LinkedHashMap<>(e))));
    return list;
  }

  /// The list back, by place.
  ///
  /// @throws RuntimeException of whatever kind when it is no list of environments
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
