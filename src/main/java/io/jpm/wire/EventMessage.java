package io.jpm.wire;

import io.vertx.core.json.JsonObject;

/// Something happened to an instance, as subscribers of the bridge learn it.
///
/// As JSON an object:
/// `{"v":1,"seq":17,"event":"exit","app":"web","id":0,"pid":412,"status":"launching",
/// "restarts":1,"reason":"exit 1 after 12 ms, restart 1/16","at":1795248000000}`.
///
/// @param seq its number in the home's history: one more than the event before, also over restarts
///   of the daemon
/// @param event `start`, `online`, `exit`, `restart`, `stopping`, `stop`, `errored`, `delete` or
///   `adopt`
/// @param app the app's name
/// @param id the instance's id
/// @param pid its main process, 0 when there is none
/// @param status the phase it is in now, in PM2's words
/// @param restarts how often it was started again
/// @param reason why, in words
/// @param at milliseconds since 1970
public record EventMessage(
    long seq,
    String event,
    String app,
    int id,
    int pid,
    String status,
    int restarts,
    String reason,
    long at) {
  private static final int VERSION = 1;

  /// The JSON form.
  public JsonObject toJson() {
    return new JsonObject()
        .put("v", VERSION)
        .put("seq", seq)
        .put("event", event)
        .put("app", app)
        .put("id", id)
        .put("pid", pid)
        .put("status", status)
        .put("restarts", restarts)
        .put("reason", reason)
        .put("at", at);
  }
}
