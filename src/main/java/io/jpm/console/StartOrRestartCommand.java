package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodCommand.Existing;
import io.vertx.core.Future;

/// `jpm startOrRestart`: the apps of process files, as these have them now, all of them running
/// anew.
final class StartOrRestartCommand implements ConsoleCommand {
  private final Rooms rooms;
  private final Chooser chooser;

  StartOrRestartCommand(Rooms rooms, Chooser chooser) {
    this.rooms = rooms;
    this.chooser = chooser;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    return chooser
        .ofFiles(call, Verb.START_OR_RESTART)
        .compose(all -> rooms.god(new GodCommand.StartApps(all.specs(), Existing.RESTART)))
        .compose(reply -> Report.of("Started", reply, rooms, call.session()));
  }
}
