package io.jpm.wire;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.OptionalInt;

/// An event of an instance or of the daemon itself, as received by subscribers of the bridge. The
/// JSON form is an object:
///
/// ```json
/// {"v":1,"seq":17,"event":"exit","app":"web","id":0,"pid":412,"status":"launching","restarts":1,
///  "reason":"exit 1 after 12 ms, restart 1/16","at":1795248000000,"exit_code":1}
/// ```
///
/// For events of the daemon, `app` is null, and `id`, `status` and `restarts` are absent:
///
/// ```json
/// {"v":1,"seq":18,"event":"heartbeat_missed","app":null,"pid":400,"reason":"…",
///  "at":1795248000000}
/// ```
///
/// New keys can be added without a new version `v`, so readers must ignore unknown keys.
///
/// @param seq the sequence number in the home's history: greater than that of all earlier events,
///   including those of earlier daemons. It is exactly one more than the previous number, unless
///   the machine crashed in between
/// @param event `start`, `online`, `ready`, `exit`, `restart`, `stopping`, `stop`, `errored`,
///   `crash_looping`, `delete`, `adopt`, `reload`, `reload_failed`, `reload_gap`, `unhealthy`,
///   `recovered`, `limit`, `scale`, `config` or `config_failed`; for the daemon `daemon_started`,
///   `daemon_stopping`, `heartbeat_missed`, `heartbeat_back` or `stall`
/// @param app the name of the app; empty for events of the daemon
/// @param id the id of the instance
/// @param pid the pid of the main process, or of the process that exited if the event is `exit`; 0
///   if there is none
/// @param status the phase of the instance after the event, under PM2's name
/// @param restarts how often the instance has been restarted
/// @param reason the cause, as text for users
/// @param at the time of the event, in milliseconds since 1970
/// @param exitCode the exit code, if the event is `exit` and the process exited by itself;
///   `exit_code` in JSON
/// @param exitSignal the name of the signal, if the event is `exit` and the process was terminated
///   by a signal; `exit_signal` in JSON. Both this and `exitCode` are empty if the kernel does not
///   report the exit status
/// @param expected for `exit`: whether jpm stopped the process because of a command, a reload, a
///   schedule, a limit or a failing probe, and the exit is therefore not a reason for an alert; in
///   JSON `"expected":true` or absent
public record EventMessage(
    long seq,
    String event,
    String app,
    int id,
    int pid,
    String status,
    int restarts,
    String reason,
    long at,
    OptionalInt exitCode,
    Optional<String> exitSignal,
    boolean expected) {
  private static final int VERSION = 1;
  private static final char REPLACEMENT = '\uFFFD';

  public EventMessage {
    reason = wellFormed(reason);
  }

  /// Creates an event other than an expected exit.
  public EventMessage(
      long seq,
      String event,
      String app,
      int id,
      int pid,
      String status,
      int restarts,
      String reason,
      long at,
      OptionalInt exitCode,
      Optional<String> exitSignal) {
    this(seq, event, app, id, pid, status, restarts, reason, at, exitCode, exitSignal, false);
  }

  /// Returns an event of the daemon itself.
  ///
  /// @param pid the daemon's pid
  public static EventMessage ofDaemon(long seq, String event, int pid, String reason, long at) {
    return new EventMessage(
        seq, event, "", 0, pid, "", 0, reason, at, OptionalInt.empty(), Optional.empty());
  }

  /// Reports whether this is an event of the daemon itself.
  public boolean isDaemonEvent() {
    return app.isEmpty();
  }

  /// Returns a copy with another pid.
  public EventMessage withPid(int other) {
    return new EventMessage(
        seq, event, app, id, other, status, restarts, reason, at, exitCode, exitSignal, expected);
  }

  /// Returns the JSON form.
  public JsonObject toJson() {
    var json = new JsonObject().put("v", VERSION).put("seq", seq).put("event", event);
    if (isDaemonEvent()) {
      return json.putNull("app").put("pid", pid).put("reason", reason).put("at", at);
    }
    json.put("app", app)
        .put("id", id)
        .put("pid", pid)
        .put("status", status)
        .put("restarts", restarts)
        .put("reason", reason)
        .put("at", at);
    exitCode.ifPresent(code -> json.put("exit_code", code));
    exitSignal.ifPresent(signal -> json.put("exit_signal", signal));
    if (expected) {
      json.put("expected", true);
    }
    return json;
  }

  /// Parses the JSON form. Unknown keys are ignored. Missing values are 0 or empty, except for the
  /// required `seq`, `event` and `app`.
  ///
  /// @throws IllegalArgumentException if `json` is not a valid event
  public static EventMessage fromJson(JsonObject json) {
    long seq = number(json, "seq");
    String event = text(json, "event");
    String app = text(json, "app");
    boolean daemon = json.containsKey("app") && json.getValue("app") == null;
    if (seq <= 0 || event.isEmpty() || (app.isEmpty() && !daemon)) {
      throw new IllegalArgumentException(
          "not a valid event: it has the keys %s, but seq, event and app are required"
              .formatted(json.fieldNames()));
    }
    return new EventMessage(
        seq,
        event,
        app,
        (int) number(json, "id"),
        (int) number(json, "pid"),
        text(json, "status"),
        (int) number(json, "restarts"),
        text(json, "reason"),
        number(json, "at"),
        json.getValue("exit_code") instanceof Number code
            ? OptionalInt.of(code.intValue())
            : OptionalInt.empty(),
        Optional.of(text(json, "exit_signal")).filter(signal -> !signal.isEmpty()),
        Boolean.TRUE.equals(json.getValue("expected")));
  }

  private static long number(JsonObject json, String key) {
    return json.getValue(key) instanceof Number number ? number.longValue() : 0;
  }

  private static String text(JsonObject json, String key) {
    return json.getValue(key) instanceof String text ? text : "";
  }

  /// Replaces lone surrogates. They represent bytes in paths that are not valid UTF-8
  /// ([io.jpm.model.text.SurrogateEscape]) and cannot be encoded as JSON.
  private static String wellFormed(String text) {
    if (text.chars().noneMatch(c -> Character.isSurrogate((char) c))) {
      return text;
    }
    var kept = new StringBuilder(text.length());
    text.codePoints()
        .map(point ->
            point >= Character.MIN_SURROGATE && point <= Character.MAX_SURROGATE
                ? REPLACEMENT
                : point)
        .forEach(kept::appendCodePoint);
    return kept.toString();
  }
}
