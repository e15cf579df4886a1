package io.jpm.client;

import org.jspecify.annotations.Nullable;

/// What one instance has answered to an action.
///
/// @param app its app
/// @param id its number among all of the home
/// @param value as parsed JSON: a map, list, text, `Long`, `Double`, boolean or null
public record ActionResult(String app, int id, @Nullable Object value) {
  static ActionResult of(JsonMembers json) {
    return new ActionResult(json.text("app"), json.integer("id"), json.value("value"));
  }
}
