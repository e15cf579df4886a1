package io.jpm.hooks;

import io.jpm.hooks.IncidentState.Occurrence;
import io.jpm.model.AppSpec;
import io.jpm.wire.EventMessage;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/// What one hook is told.
///
/// @param occurrence what has happened
/// @param spec the app's description then
/// @param number the instance's place among the app's
/// @param missed how many of the same occasion were not told before
record HookPayload(Occurrence occurrence, AppSpec spec, int number, int missed) {
  /// The body of a webhook.
  JsonObject json() {
    return occurrence.event().toJson().put("on", word()).put("missed", missed);
  }

  /// What a command has in its environment beside the app's own variables.
  Map<String, String> variables() {
    EventMessage event = occurrence.event();
    Map<String, String> variables = new HashMap<>();
    variables.put("JPM_EVENT", word());
    variables.put("JPM_APP", event.app());
    variables.put("JPM_ID", Integer.toString(event.id()));
    variables.put("JPM_PID", Integer.toString(event.pid()));
    variables.put("JPM_REASON", event.reason().replace('\0', ' '));
    variables.put("JPM_MISSED", Integer.toString(missed));
    event.exitCode().ifPresent(code -> variables.put("JPM_EXIT_CODE", Integer.toString(code)));
    event.exitSignal().ifPresent(signal -> variables.put("JPM_EXIT_SIGNAL", signal));
    return variables;
  }

  /// How the log calls it: `web (0): the hook for crash`.
  String label() {
    return "%s (%d): the hook for %s"
        .formatted(occurrence.event().app(), occurrence.event().id(), word());
  }

  private String word() {
    return occurrence.occasion().word();
  }
}
