package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.console.text.Amounts;
import io.vertx.core.Future;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.Json;
import java.util.List;

/// `jpm message <app> <message>`: puts a message into the channel of apps, which Node gives to
/// `process.on('message')`. What is JSON is sent as it is, anything else as text.
final class MessageCommand implements ConsoleCommand {
  private final Rooms rooms;

  MessageCommand(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    List<String> words = call.arguments().targets();
    if (words.size() != 2) {
      return Future.failedFuture(
          new CommandFailure("message takes an app and one message: put it in quotes"));
    }
    return rooms
        .obeyed(call.keyed(new GodCommand.Send(List.of(words.getFirst()), json(words.get(1)))))
        .map(instances -> {
          call.session().info("Sent to " + Amounts.count(instances.size(), "instance"));
          return ExitCode.OK;
        });
  }

  private static String json(String text) {
    try {
      // Written anew: what goes into the channel is one line.
      return Json.encode(Json.decodeValue(text));
    } catch (DecodeException plainText) {
      return Json.encode(text);
    }
  }
}
