package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.console.text.InstanceSheet;
import io.vertx.core.Future;
import java.util.List;

/// `jpm describe`: a sheet for each instance of each target.
final class DescribeCommand implements ConsoleCommand {
  private final Rooms rooms;

  DescribeCommand(Rooms rooms) {
    this.rooms = rooms;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    Future<ExitCode> done = Future.succeededFuture(ExitCode.OK);
    for (String target : call.arguments().targets()) {
      done =
          done.compose(code ->
              describe(target, call.session()).map(found -> found ? code : ExitCode.FAILED));
    }
    return done;
  }

  private Future<Boolean> describe(String target, Session session) {
    return rooms
        .god(new GodCommand.Show(List.of(target)))
        .compose(shown -> describe(target, shown, session));
  }

  private Future<Boolean> describe(String target, GodReply shown, Session session) {
    if (shown.instances().isEmpty()) {
      session.warn("%s doesn't exist".formatted(target));
      return Future.succeededFuture(false);
    }
    return rooms
        .listing(shown.instances())
        .map(listing -> {
          listing
              .instances()
              .forEach(
                  instance -> session.out(InstanceSheet.draw(instance, listing, session.screen())));
          return true;
        });
  }
}
