package io.jpm.console.look;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.stream.Collectors;

/// `jpm pid`: the main process of each instance, one a line; 0 where none runs.
///
/// An unknown name is a failure with nothing on standard output, where PM2 prints an empty line and
/// succeeds: a script is then told that it has nobody to signal.
public final class ProcessIdsCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;

  public ProcessIdsCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    return daemonClient
        .executeOrFail(new GodCommand.Show(commandCall.arguments().targets()))
        .map(instances -> {
          if (instances.isEmpty() && !commandCall.arguments().targets().isEmpty()) {
            throw new CommandFailure("no app was found");
          }
          commandCall
              .session()
              .out(
                  commandCall.arguments().has(VerbOption.JSON)
                      ? json(instances)
                      : lines(instances));
          return ExitCode.OK;
        });
  }

  private static String lines(List<InstanceView> instances) {
    return instances.stream().map(it -> pid(it) + "\n").collect(Collectors.joining());
  }

  private static String json(List<InstanceView> instances) {
    var list = new JsonArray();
    instances.forEach(instance ->
        list.add(
            new JsonObject()
                .put("name", instance.spec().name().value())
                .put("pm_id", instance.id().value())
                .put("pid", pid(instance))));
    return list.encode() + "\n";
  }

  private static int pid(InstanceView instance) {
    return instance.process().map(process -> process.pid()).orElse(0);
  }
}
