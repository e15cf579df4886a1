package io.jpm.console;

import io.jpm.bus.DaemonCommand;
import io.vertx.core.Future;

/// `jpm update`, the daemon's half: it makes room for the build that `bin/jpm` starts next. Apps
/// live on. It asks no other room, so that a daemon in trouble can be replaced too.
final class UpdateCommand implements ConsoleCommand {
  private final Rooms rooms;
  private final ConsoleContext context;

  UpdateCommand(Rooms rooms, ConsoleContext context) {
    this.rooms = rooms;
    this.context = context;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    Session session = call.session();
    session.info("daemon %s, pid %d, makes room".formatted(context.version(), context.pid()));
    session.ended().onComplete(_ -> rooms.daemon(new DaemonCommand.MakeRoom()));
    return Future.succeededFuture(ExitCode.OK);
  }
}
