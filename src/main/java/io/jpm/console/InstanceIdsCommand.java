package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.console.text.Inspect;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;

/// `jpm id`: the ids of an app's instances, as PM2 writes them: `[ 0, 1 ]`; `[]` for a name that
/// nobody has.
final class InstanceIdsCommand implements ConsoleCommand {
  private final Rooms rooms;

  InstanceIdsCommand(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    return rooms
        .god(new GodCommand.Show(call.arguments().targets()))
        .map(reply -> {
          var ids = new JsonArray();
          reply.instances().forEach(instance -> ids.add(instance.id().value()));
          boolean json = call.arguments().has(VerbOption.JSON);
          call.session().out((json ? ids.encode() : Inspect.of(ids)) + "\n");
          return ExitCode.OK;
        });
  }
}
