package io.jpm.console.inspect;

import io.jpm.bus.daemon.HeartbeatReply;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.Amounts;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Duration;

/// Runs `jpm ping`, which prints the same answer as PM2 and warns about recently missed pings. With
/// `--json`, it prints details of the heartbeat. The command succeeds even if no other verticle
/// answers.
public final class PingCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;
  private final ConsoleContext context;

  public PingCommand(DaemonClient daemonClient, ConsoleContext context) {
    this.daemonClient = daemonClient;
    this.context = context;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    if (!commandCall.arguments().has(VerbOption.JSON)) {
      commandCall.session().out("{ msg: 'pong' }\n");
      return daemonClient
          .heartbeat()
          .map(heart -> {
            heart.ifPresent(known -> warn(known, commandCall.session()));
            return ExitCode.OK;
          });
    }
    return daemonClient
        .heartbeat()
        .map(heart -> {
          var json =
              new JsonObject()
                  .put("msg", "pong")
                  .put("pid", context.pid())
                  .put("version", context.version());
          heart.ifPresent(known -> json.put("heartbeat", heartbeat(known)));
          commandCall.session().out(json.encode() + "\n");
          return ExitCode.OK;
        });
  }

  private static void warn(HeartbeatReply heart, Session session) {
    if (heart.consecutiveMisses() > 0) {
      session.warn(
          "the supervisor (God) has not answered the last %d pings: apps are not supervised until it answers"
              .formatted(heart.consecutiveMisses()));
    } else if (heart.missed() > 0) {
      session.warn(
          "the supervisor (God) missed %s in the last 10 minutes but answers again: run jpm events jpm to see when"
              .formatted(Amounts.count(heart.missed(), "ping")));
    }
  }

  private static JsonObject heartbeat(HeartbeatReply heart) {
    var loops = new JsonArray();
    heart
        .loops()
        .forEach(loop ->
            loops.add(
                new JsonObject()
                    .put("late_ms", millis(loop.latestDelay()))
                    .put("worst_ms", millis(loop.worst()))));
    var json = new JsonObject().put("interval_ms", millis(heart.interval()));
    heart.last().ifPresent(last -> json.put("last_ms", millis(last)));
    return json.put("worst_ms", millis(heart.worst()))
        .put("missed", heart.missed())
        .put("missing", heart.consecutiveMisses())
        .put("event_loops", loops);
  }

  /// Returns the duration in milliseconds, rounded to microseconds.
  private static double millis(Duration time) {
    return Math.round(time.toNanos() / 1e3) / 1e3;
  }
}
