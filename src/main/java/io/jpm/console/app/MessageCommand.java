package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.text.Amounts;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import java.util.List;

/// Runs `jpm message <app> <message>`: sends a message to apps over their IPC channel, which Node
/// passes to `process.on('message')`. Valid JSON is sent as such, everything else as text.
public final class MessageCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;

  public MessageCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> words = commandCall.arguments().targets();
    if (words.size() != 2) {
      return Future.failedFuture(
          new CommandFailure("message takes an app and one message: put it in quotes"));
    }
    return daemonClient
        .executeOrFail(
            commandCall.withIdempotencyKey(
                new GodCommand.SendMessage(List.of(words.getFirst()), json(words.get(1)))))
        .map(instances -> {
          commandCall.session().info("Sent to " + Amounts.count(instances.size(), "instance"));
          return ExitCode.OK;
        });
  }

  private static String json(String text) {
    try {
      // Encode again: a message on the channel must be one line.
      return Json.encode(Json.decodeValue(text));
    } catch (DecodeException plainText) {
      return Json.encode(text);
    }
  }
}
