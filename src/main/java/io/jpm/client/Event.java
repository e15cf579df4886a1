package io.jpm.client;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// An event of an instance or of the daemon itself.
///
/// @param seq the sequence number, which keeps increasing across restarts of the daemon. A
///   subscriber that stores the last one it has processed can resume after it:
///   [JpmClient#followEvents(long, EventFollower)]
/// @param event the kind of event: `start`, `online`, `exit`, `restart`, `stop`, `daemon_started`,
///   …; later daemons may send further kinds
/// @param app the name of the app; empty for events of the daemon
/// @param id the id of the instance, unique within the home; empty for events of the daemon
/// @param pid the pid of the main process, or of the process that exited if the event is `exit`;
///   empty if there is none
/// @param status the status of the instance after the event; empty for events of the daemon
/// @param restarts how often the instance has been restarted
/// @param reason the cause, as text for users
/// @param at the time of the event
/// @param exitCode the exit code, if the event is `exit` and the process exited by itself
/// @param exitSignal the name of the signal, if the event is `exit` and the process was terminated
///   by a signal
/// @param expected for `exit`: whether jpm stopped the process because of a command, a reload, a
///   schedule, a limit or a failing probe
/// @param json the whole event as parsed JSON, for keys that later daemons may add
public record Event(
    long seq,
    String event,
    Optional<String> app,
    OptionalInt id,
    OptionalLong pid,
    Optional<String> status,
    int restarts,
    String reason,
    Instant at,
    OptionalInt exitCode,
    Optional<String> exitSignal,
    boolean expected,
    Map<String, @Nullable Object> json) {
  static Event of(JsonMembers json) {
    OptionalLong pid = json.optionalNumber("pid");
    return new Event(
        json.number("seq"),
        json.text("event"),
        json.optionalText("app"),
        json.optionalInteger("id"),
        pid.orElse(0) > 0 ? pid : OptionalLong.empty(),
        json.optionalText("status"),
        json.optionalInteger("restarts").orElse(0),
        json.text("reason"),
        json.time("at"),
        json.optionalInteger("exit_code"),
        json.optionalText("exit_signal"),
        json.isTrue("expected"),
        json.all());
  }
}
