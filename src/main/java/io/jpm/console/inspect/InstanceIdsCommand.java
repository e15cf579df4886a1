package io.jpm.console.inspect;

import io.jpm.bus.god.GodCommand;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.text.NodeInspectFormatter;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;

/// Runs `jpm id`, which prints the ids of an app's instances in PM2's format: `[ 0, 1 ]`, or `[]`
/// for an unknown name.
public final class InstanceIdsCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;

  public InstanceIdsCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    return daemonClient
        .god(new GodCommand.Show(commandCall.arguments().targets()))
        .map(reply -> {
          var ids = new JsonArray();
          reply.instances().forEach(instance -> ids.add(instance.id().value()));
          boolean json = commandCall.arguments().has(VerbOption.JSON);
          commandCall.session().out((json ? ids.encode() : NodeInspectFormatter.of(ids)) + "\n");
          return ExitCode.OK;
        });
  }
}
