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
/// Apps keep running. The command does not depend on other verticles, so that it can also replace a
/// daemon whose verticles hang.
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
        "daemon %s (pid %d) is handing over to the new daemon"
            .formatted(context.version(), context.pid()));
    Future<Void> told =
        shutdownNotice.failUnfinished(
            "jpm update interrupted this command, which may be only partly done: run it again");
    // Both futures complete within a time limit, even if a client does not read its output.
    Future.join(session.ended(), told)
        .onComplete(_ -> daemonClient.daemon(new DaemonCommand.StopForUpdate()));
    return Future.succeededFuture(ExitCode.OK);
  }
}
