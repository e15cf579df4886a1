package io.jpm.wire;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;

/// The daemon has read its settings again, as subscribers of the bridge learn it.
///
/// As JSON an object: `{"v":1,"changes":[{"key":"logs.max_size","from":"50M","to":"20M",
/// "in_force":true},{"key":"bridge.port","from":"0","to":"9000","in_force":false}],"problems":[]}`.
/// Keys may be added without a new version; readers skip those that they do not know.
///
/// @param changes what says something else than before; empty when there are problems
/// @param problems every mistake, with file and line: nothing was changed then
public record SettingsMessage(List<Change> changes, List<String> problems) {
  private static final int VERSION = 1;

  public SettingsMessage {
    changes = List.copyOf(changes);
    problems = List.copyOf(problems);
  }

  /// One setting.
  ///
  /// @param key `<group>.<name>`
  /// @param from as it was written before
  /// @param to as it is written now
  /// @param inForce whether the running daemon goes by it now: `in_force`; if not, the next one
  ///   will
  public record Change(String key, String from, String to, boolean inForce) {}

  /// The JSON form.
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
