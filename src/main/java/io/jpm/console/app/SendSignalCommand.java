package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.model.process.Signal;
import io.vertx.core.Future;
import java.util.List;

/// Runs `jpm sendSignal <signal> <app>`, which sends a signal to main processes but not to their
/// children. God sends the signal, so it never reaches another process that has reused the pid.
public final class SendSignalCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;

  public SendSignalCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> words = commandCall.arguments().targets();
    if (words.size() < 2) {
      return Future.failedFuture(
          new CommandFailure(
              "jpm sendSignal requires a signal and an app: jpm sendSignal SIGUSR2 web"));
    }
    Signal signal =
        Signal.parse(words.getFirst())
            .orElseThrow(() ->
                new CommandFailure(
                    "\"%s\" is not a signal: use a name such as SIGUSR2 or HUP, or a number from 1 to 31"
                        .formatted(words.getFirst())));
    return daemonClient
        .god(
            commandCall.withIdempotencyKey(
                new GodCommand.SendSignal(words.subList(1, words.size()), signal)))
        .compose(reply -> {
          reply
              .instances()
              .forEach(one ->
                  commandCall
                      .session()
                      .info(
                          "Sent %s to %s (id %s)"
                              .formatted(signal.name(), one.spec().name(), one.id())));
          return reply.problems().isEmpty()
              ? Future.succeededFuture(ExitCode.OK)
              : Future.failedFuture(new CommandFailure(reply.problems()));
        });
  }
}
