package io.jpm.wire;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/// The result of reloading the daemon's settings, as received by subscribers of the bridge. The
/// JSON form is an object:
///
/// ```json
/// {"v":1,
///  "changes":[{"key":"logs.max_size","from":"50M","to":"20M","in_force":true},
///             {"key":"bridge.port","from":"0","to":"9000","in_force":false}],
///  "problems":[]}
/// ```
///
/// New keys can be added without a new version `v`, so readers must ignore unknown keys.
///
/// @param changes the settings whose values differ; empty if there are problems
/// @param problems all errors, with file and line; if there are any, no setting is changed
public record SettingsMessage(List<Change> changes, List<String> problems) {
  private static final int VERSION = 1;

  public SettingsMessage {
    changes = List.copyOf(changes);
    problems = List.copyOf(problems);
  }

  /// A changed setting.
  ///
  /// @param key the setting, as `<group>.<name>`
  /// @param from the old value as written in the file
  /// @param to the new value as written in the file
  /// @param inForce whether the running daemon uses the new value; if not, it takes effect when the
  ///   next daemon starts
  public record Change(String key, String from, String to, boolean inForce) {}

  /// Returns the JSON form.
  public JsonObject toJson() {
    var array = new JsonArray();
    changes.forEach(change ->
        array.add(
            new JsonObject()
                .put("key", change.key())
                .put("from", change.from())
                .put("to", change.to())
                .put("in_force", change.inForce())));
    return new JsonObject()
        .put("v", VERSION)
        .put("changes", array)
        .put("problems", new JsonArray(problems));
  }
}
