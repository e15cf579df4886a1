package io.jpm.console;

import io.jpm.bus.DaemonCommand;
import io.vertx.core.Future;

/// `jpm update`, the daemon's half: it makes room for the build that `bin/jpm` starts next. Apps
/// live on. It asks no other room, so that a daemon in trouble can be replaced too.
final class UpdateCommand implements ConsoleCommand {
  private final Rooms rooms;
  private final ConsoleContext context;
  private final Farewell farewell;

  UpdateCommand(Rooms rooms, ConsoleContext context, Farewell farewell) {
    this.rooms = rooms;
    this.context = context;
    this.farewell = farewell;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    Session session = call.session();
    session.info("daemon %s, pid %d, makes room".formatted(context.version(), context.pid()));
    Future<Void> told =
        farewell.say(
            "jpm update has replaced the daemon before this was done: processes that were replaced stay so, the others run on; run the command again");
    // Both have their time limit: a client that does not read is given up.
    Future.join(session.ended(), told).onComplete(_ -> rooms.daemon(new DaemonCommand.MakeRoom()));
    return Future.succeededFuture(ExitCode.OK);
  }
}
