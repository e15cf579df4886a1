package io.jpm.client;

import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import org.jspecify.annotations.Nullable;

/// Something happened to an instance, or to the daemon itself.
///
/// @param seq its number, which grows over restarts of the daemon. Who keeps the last one that it
///   has worked through can go on behind it: [JpmClient#followEvents(long, EventFollower)]
/// @param event what: `start`, `online`, `exit`, `restart`, `stop`, `daemon_started`, …; later
///   daemons may have more
/// @param app the app's name; empty: the daemon itself
/// @param id the instance's number among all of the home; empty: the daemon itself
/// @param pid its main process, of an `exit` the one that ended; empty: none
/// @param status how the instance is now; empty: the daemon itself
/// @param restarts how often the instance was started again
/// @param reason why, in words
/// @param at when
/// @param exitCode of an `exit` where the process ended by itself
/// @param exitSignal of an `exit` where a signal ended the process, by name
/// @param expected of an `exit`: whether jpm ended the process, by a command, a reload, a schedule,
///   a limit or a failing check
/// @param json the whole event as parsed JSON, for keys of later daemons
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
        json.yes("expected"),
        json.all());
  }
}
