package io.jpm.client;

import org.jspecify.annotations.Nullable;

/// What one instance has answered to an action.
///
/// @param app its app
/// @param id its number among all of the home
/// @param value as parsed JSON: a map, list, text, `Long`, `Double`, boolean or null
public record Answer(String app, int id, @Nullable Object value) {
  static Answer of(Members json) {
    return new Answer(json.text("app"), json.integer("id"), json.value("value"));
  }
}
