package io.jpm.console.inspect;

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

/// Runs `jpm pid`, which prints the pid of the main process of each instance, one per line. It
/// prints 0 for an instance that is not running.
///
/// For an unknown name, the command fails and prints nothing on standard output, so that a script
/// notices that there is no process to signal. PM2, in contrast, prints an empty line and succeeds.
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
            throw new CommandFailure("no app was found: run jpm ls to see all apps");
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
