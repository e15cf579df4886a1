package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.file.FileApps;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.Amounts;
import io.jpm.model.AppName;
import io.jpm.model.process.Phase;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Runs `jpm resurrect`, which restores the apps in the saved list and prints the table of apps. If
/// the saved list cannot be read, the command fails. (PM2 exits with 0, so that a boot without any
/// apps appears to be successful.)
public final class ResurrectCommand implements ConsoleCommand {
  private static final int MOST_LINES = 10;

  private final DaemonClient daemonClient;

  public ResurrectCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    Session session = commandCall.session();
    session.info("Resurrecting");
    return daemonClient
        .god(new GodCommand.Resurrect(FileApps.awaitStable(commandCall)))
        .compose(reply -> {
          reply.notes().forEach(session::warn);
          restored(reply, session);
          boolean nothing = reply.instances().isEmpty() && !reply.problems().isEmpty();
          Future<ExitCode> table =
              nothing ? Future.succeededFuture(ExitCode.FAILED) : daemonClient.table(session);
          return reply.problems().isEmpty()
              ? table
              : table.compose(_ -> Future.failedFuture(new CommandFailure(reply.problems())));
        });
  }

  private static void restored(GodReply reply, Session session) {
    Map<AppName, List<InstanceView>> apps =
        reply.instances().stream()
            .collect(
                Collectors.groupingBy(i -> i.spec().name(), TreeMap::new, Collectors.toList()));
    if (apps.size() > MOST_LINES) {
      session.info("Restored " + Amounts.count(apps.size(), "app"));
    } else {
      apps.forEach((name, instances) -> session.info(line(name, instances)));
    }
    if (apps.isEmpty() && reply.problems().isEmpty() && reply.notes().isEmpty()) {
      session.info("The saved list is empty");
    }
  }

  private static String line(AppName name, List<InstanceView> instances) {
    boolean stopped = instances.stream().allMatch(i -> i.phase() == Phase.STOPPED);
    return "Process %s restored%s".formatted(name, stopped ? " (saved as stopped)" : "");
  }
}
