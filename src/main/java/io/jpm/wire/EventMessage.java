package io.jpm.wire;

import io.vertx.core.json.JsonObject;
import java.util.Optional;
import java.util.OptionalInt;

/// Something happened to an instance, or to the daemon itself, as subscribers of the bridge learn
/// it.
///
/// As JSON an object:
/// `{"v":1,"seq":17,"event":"exit","app":"web","id":0,"pid":412,"status":"launching",
/// "restarts":1,"reason":"exit 1 after 12 ms, restart 1/16","at":1795248000000,"exit_code":1}`. Of
/// the daemon itself `app` is null, and there is no `id`, `status` or `restarts`:
/// `{"v":1,"seq":18,"event":"heartbeat_missed","app":null,"pid":400,"reason":"…","at":1795248000000}`.
/// Keys may be added without a new version; readers skip those that they do not know.
///
/// @param seq its number in the home's history: greater than that of any event before, also over
///   restarts of the daemon, and one more than the last unless the machine went down in between
/// @param event `start`, `online`, `ready`, `exit`, `restart`, `stopping`, `stop`, `errored`,
///   `crash_looping`, `delete`, `adopt`, `reload`, `reload_failed`, `reload_gap`, `unhealthy`,
///   `recovered`, `limit`, `scale`, `config` or `config_failed`; of the daemon `daemon_started`,
///   `daemon_stopping`, `heartbeat_missed`, `heartbeat_back` or `stall`
/// @param app the app's name; empty: the daemon itself
/// @param id the instance's id
/// @param pid its main process (of an `exit`: the one that ended), 0 when there is none
/// @param status the phase it is in now, in PM2's words
/// @param restarts how often it was started again
/// @param reason why, in words
/// @param at milliseconds since 1970
/// @param exitCode of an `exit`, when the process ended by itself: `exit_code`
/// @param exitSignal of an `exit`, when a signal ended the process: `exit_signal`, by name; neither
///   is there when the kernel does not tell
/// @param expected of an `exit`: whether jpm ended the process, by a command, a reload, a schedule,
///   a limit or a failing check, so that nobody need be alarmed; `"expected":true`, else absent
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

  /// Anything but an `exit` that was expected.
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

  /// Something that happened to the daemon itself.
  ///
  /// @param pid the daemon's
  public static EventMessage ofDaemon(long seq, String event, int pid, String reason, long at) {
    return new EventMessage(
        seq, event, "", 0, pid, "", 0, reason, at, OptionalInt.empty(), Optional.empty());
  }

  /// Whether it is the daemon itself that this happened to.
  public boolean ofDaemon() {
    return app.isEmpty();
  }

  /// The same event, told of this process.
  public EventMessage ofProcess(int other) {
    return new EventMessage(
        seq, event, app, id, other, status, restarts, reason, at, exitCode, exitSignal, expected);
  }

  /// The JSON form.
  public JsonObject toJson() {
    var json = new JsonObject().put("v", VERSION).put("seq", seq).put("event", event);
    if (ofDaemon()) {
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

  /// Reads the JSON form. Unknown keys are skipped, and what is missing is 0 or empty, but for
  /// `seq`, `event` and `app`, without which there is no event.
  ///
  /// @throws IllegalArgumentException when `json` is none
  public static EventMessage fromJson(JsonObject json) {
    long seq = number(json, "seq");
    String event = text(json, "event");
    String app = text(json, "app");
    boolean daemon = json.containsKey("app") && json.getValue("app") == null;
    if (seq <= 0 || event.isEmpty() || (app.isEmpty() && !daemon)) {
      throw new IllegalArgumentException(
          "event with the keys %s: seq, event and app expected".formatted(json.fieldNames()));
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

  /// Paths in reasons may hold bytes that are no text ([io.jpm.model.text.ByteText]); JSON has no
  /// form for them.
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
