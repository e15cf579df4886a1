package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.ResolvedTargets;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.vertx.core.Future;
import java.util.List;

/// Runs `jpm send <id> <line>`, which writes a line to the standard input of one instance. Unlike
/// PM2, it also accepts names and apps in cluster mode.
public final class SendCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;

  public SendCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> words =
        ResolvedTargets.joined(commandCall.arguments().targets(), commandCall.arguments().rest());
    if (words.size() < 2) {
      return Future.failedFuture(
          new CommandFailure("jpm send requires an app and a line: jpm send 0 hello"));
    }
    String end = commandCall.arguments().value(VerbOption.SEPARATOR).orElse("\n");
    String text = String.join(" ", words.subList(1, words.size())) + end;
    return daemonClient
        .executeOrFail(
            commandCall.withIdempotencyKey(new GodCommand.WriteInput(words.getFirst(), text)))
        .map(instances -> {
          instances.forEach(one ->
              commandCall
                  .session()
                  .info("Sent a line to %s (id %s)".formatted(one.spec().name(), one.id())));
          return ExitCode.OK;
        });
  }
}
