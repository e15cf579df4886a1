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

/// `jpm update`, the daemon's half: it makes room for the build that `bin/jpm` starts next. Apps
/// live on. It asks no other room, so that a daemon in trouble can be replaced too.
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
    session.info("daemon %s, pid %d, makes room".formatted(context.version(), context.pid()));
    Future<Void> told =
        shutdownNotice.say(
            "jpm update has replaced the daemon before this was done: processes that were replaced stay so, the others run on; run the command again");
    // Both have their time limit: a client that does not read is given up.
    Future.join(session.ended(), told)
        .onComplete(_ -> daemonClient.daemon(new DaemonCommand.MakeRoom()));
    return Future.succeededFuture(ExitCode.OK);
  }
}
