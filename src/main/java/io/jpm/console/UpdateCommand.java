package io.jpm.console;

import io.jpm.bus.daemon.DaemonCommand;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.ConsoleContext;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.session.ShutdownNotice;
import io.vertx.core.Future;

/// The daemon's part of `jpm update`: stops this daemon so that `bin/jpm` can start the new build.
/// Apps continue to run. It sends no requests to other verticles, so that a daemon whose verticles
/// hang can be replaced as well.
final class UpdateCommand implements ConsoleCommand {
  private final DaemonClient daemonClient;
  private final ConsoleContext context;
  private final ShutdownNotice shutdownNotice;

  UpdateCommand(DaemonClient daemonClient, ConsoleContext context, ShutdownNotice shutdownNotice) {
    this.daemonClient = daemonClient;
    this.context = context;
    this.shutdownNotice = shutdownNotice;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    Session session = commandCall.session();
    session.info(
        "daemon %s, pid %d, hands over to the new daemon"
            .formatted(context.version(), context.pid()));
    Future<Void> told =
        shutdownNotice.failUnfinished(
            "jpm update replaced the daemon before this command was finished: processes that were already replaced are kept, and the others keep running; run the command again");
    // Both futures have a time limit: the daemon does not wait for a client that does not read.
    Future.join(session.ended(), told)
        .onComplete(_ -> daemonClient.daemon(new DaemonCommand.StopForUpdate()));
    return Future.succeededFuture(ExitCode.OK);
  }
}
