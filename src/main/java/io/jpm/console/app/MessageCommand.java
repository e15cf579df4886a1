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

/// Runs `jpm message <app> <message>`, which sends a message to apps over their IPC channels. Node
/// passes it to `process.on('message')`. Valid JSON is sent as JSON, everything else as a string.
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
          new CommandFailure(
              "jpm message requires an app and a message: put the message in quotes"));
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
      // Encode the JSON again, because a message on the channel must be a single line.
      return Json.encode(Json.decodeValue(text));
    } catch (DecodeException plainText) {
      return Json.encode(text);
    }
  }
}
