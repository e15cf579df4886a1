package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.model.AppName;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Runs `jpm flush`, which truncates the log files of the targets. Without a target, it truncates
/// those of all apps. Unlike PM2, it fails if a target is unknown.
public final class FlushCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;

  public FlushCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    List<String> targets = commandCall.arguments().targets();
    boolean everyone = targets.isEmpty() || targets.contains(AppName.ALL);
    return daemonClient
        .executeOrFail(new GodCommand.Show(everyone ? List.of() : targets))
        .compose(instances -> {
          if (!instances.isEmpty()) {
            return flush(instances, commandCall.session());
          } else if (everyone) {
            commandCall.session().info("There are no log files to flush");
            return Future.succeededFuture(ExitCode.OK);
          }
          return Future.failedFuture(
              new CommandFailure("no app was found: run jpm ls to see all apps"));
        });
  }

  private Future<ExitCode> flush(List<InstanceView> instances, Session session) {
    return daemonClient
        .executeLogs(new LogsCommand.Flush(instances.stream().map(InstanceView::id).toList()))
        .map(_ -> {
          Map<AppName, List<String>> ids = new TreeMap<>();
          instances.forEach(instance ->
              ids.computeIfAbsent(instance.spec().name(), _ -> new ArrayList<>())
                  .add(instance.id().toString()));
          ids.forEach((name, list) ->
              session.info(
                  "Flushed the logs of %s (%s %s)"
                      .formatted(name, list.size() == 1 ? "id" : "ids", String.join(", ", list))));
          return ExitCode.OK;
        });
  }
}
