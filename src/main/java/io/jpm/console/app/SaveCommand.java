package io.jpm.console.app;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.Amounts;
import io.vertx.core.Future;
import java.util.List;

/// Runs `jpm save`, which completes when the list is on disk. As in PM2, an empty list is not saved
/// without `--force`; this is reported as a warning, and the command succeeds.
public final class SaveCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;

  public SaveCommand(DaemonClient daemonClient) {
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    boolean force = commandCall.arguments().has(VerbOption.FORCE);
    Session session = commandCall.session();
    session.info("Saving current process list...");
    return daemonClient
        .god(new GodCommand.Save(force))
        .compose(reply -> {
          reply.notes().forEach(session::warn);
          if (!reply.problems().isEmpty()) {
            return Future.failedFuture(new CommandFailure(reply.problems()));
          }
          if (reply.notes().isEmpty()) {
            session.info("Successfully saved %s in dump.json".formatted(amount(reply)));
          }
          return Future.succeededFuture(ExitCode.OK);
        });
  }

  private static String amount(GodReply reply) {
    List<InstanceView> saved = reply.instances();
    return Amounts.count((int) saved.stream().map(i -> i.spec().name()).distinct().count(), "app");
  }
}
