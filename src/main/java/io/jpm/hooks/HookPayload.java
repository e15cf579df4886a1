package io.jpm.hooks;

import io.jpm.hooks.IncidentState.Notification;
import io.jpm.model.AppSpec;
import io.jpm.wire.EventMessage;
import io.vertx.core.json.JsonObject;
import java.util.HashMap;
import java.util.Map;

/// The content of one notification, as a JSON body or as environment variables.
///
/// @param notification the hook event and the event that caused it
/// @param spec the spec of the app at that time
/// @param number the number of the instance within the app
/// @param skipped the number of earlier notifications of the same hook event that were skipped
record HookPayload(Notification notification, AppSpec spec, int number, int skipped) {
  /// Returns the request body for a webhook.
  JsonObject json() {
    return notification.event().toJson().put("on", word()).put("missed", skipped);
  }

  /// Returns the environment variables for a command, without the variables of the app itself.
  Map<String, String> variables() {
    EventMessage event = notification.event();
    Map<String, String> variables = new HashMap<>();
    variables.put("JPM_EVENT", word());
    variables.put("JPM_APP", event.app());
    variables.put("JPM_ID", Integer.toString(event.id()));
    variables.put("JPM_PID", Integer.toString(event.pid()));
    variables.put("JPM_REASON", event.reason().replace('\0', ' '));
    variables.put("JPM_MISSED", Integer.toString(skipped));
    event.exitCode().ifPresent(code -> variables.put("JPM_EXIT_CODE", Integer.toString(code)));
    event.exitSignal().ifPresent(signal -> variables.put("JPM_EXIT_SIGNAL", signal));
    return variables;
  }

  /// Returns the label for the log, such as `web (0), hook crash`.
  String label() {
    return "%s (%d), hook %s"
        .formatted(notification.event().app(), notification.event().id(), word());
  }

  private String word() {
    return notification.hookEvent().keyword();
  }
}
