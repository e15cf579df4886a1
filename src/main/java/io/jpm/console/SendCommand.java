package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.vertx.core.Future;
import java.util.List;

/// `jpm send <id> <line>`: writes a line to the standard input of one instance. PM2 takes ids only
/// and refuses apps in cluster mode, neither of which is needed here.
final class SendCommand implements ConsoleCommand {
  private final Rooms rooms;

  SendCommand(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    List<String> words = Chosen.joined(call.arguments().targets(), call.arguments().rest());
    if (words.size() < 2) {
      return Future.failedFuture(
          new CommandFailure("send takes an app and a line: jpm send 0 hello"));
    }
    String end = call.arguments().value(VerbOption.SEPARATOR).orElse("\n");
    String text = String.join(" ", words.subList(1, words.size())) + end;
    return rooms
        .obeyed(call.keyed(new GodCommand.Type(words.getFirst(), text)))
        .map(instances -> {
          instances.forEach(one ->
              call.session()
                  .info("Sent a line to %s (id %s)".formatted(one.spec().name(), one.id())));
          return ExitCode.OK;
        });
  }
}
