package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.bus.InstanceView;
import io.jpm.console.text.Amounts;
import io.vertx.core.Future;
import java.util.List;

/// `jpm save`: done when the list is on the disk. As in PM2, an empty list that is not saved is a
/// warning and no failure.
final class SaveCommand implements ConsoleCommand {
  private final Rooms rooms;

  SaveCommand(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    boolean force = call.arguments().has(VerbOption.FORCE);
    Session session = call.session();
    session.info("Saving current process list...");
    return rooms
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
