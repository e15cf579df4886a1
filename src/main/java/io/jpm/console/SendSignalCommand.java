package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.model.Signal;
import io.vertx.core.Future;
import java.util.List;

/// `jpm sendSignal <signal> <app>`: signals main processes and leaves their children alone. God
/// does it, so it never hits another process that has the pid by now.
final class SendSignalCommand implements ConsoleCommand {
  private final Rooms rooms;

  SendSignalCommand(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    List<String> words = call.arguments().targets();
    if (words.size() < 2) {
      return Future.failedFuture(
          new CommandFailure("sendSignal takes a signal and an app: jpm sendSignal SIGUSR2 web"));
    }
    Signal signal =
        Signal.parse(words.getFirst())
            .orElseThrow(() ->
                new CommandFailure(
                    "signal \"%s\": use a name such as SIGUSR2 or HUP, or a number from 1 to 31"
                        .formatted(words.getFirst())));
    return rooms
        .god(call.keyed(new GodCommand.SendSignal(words.subList(1, words.size()), signal)))
        .compose(reply -> {
          reply
              .instances()
              .forEach(one ->
                  call.session()
                      .info(
                          "Sent %s to %s (id %s)"
                              .formatted(signal.name(), one.spec().name(), one.id())));
          return reply.problems().isEmpty()
              ? Future.succeededFuture(ExitCode.OK)
              : Future.failedFuture(new CommandFailure(reply.problems()));
        });
  }
}
