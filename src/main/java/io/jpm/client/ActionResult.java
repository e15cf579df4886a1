package io.jpm.client;

import org.jspecify.annotations.Nullable;

/// The result of a custom action in one instance.
///
/// @param app the name of the app
/// @param id the id of the instance, unique within the home
/// @param value the result as parsed JSON: a map, list, string, `Long`, `Double`, boolean or null
public record ActionResult(String app, int id, @Nullable Object value) {
  static ActionResult of(JsonMembers json) {
    return new ActionResult(json.text("app"), json.integer("id"), json.value("value"));
  }
}
