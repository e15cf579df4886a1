package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodCommand.Action;
import io.jpm.bus.GodCommand.Existing;
import io.jpm.bus.GodReply;
import io.vertx.core.Future;
import java.util.List;

/// `jpm stop`, `restart` and `delete`: one action on everything that the targets name. A process
/// file stands for those of its apps that are in the list; a restart takes them as the file has
/// them now.
final class ActCommand implements ConsoleCommand {
  private final Action action;
  private final Rooms rooms;
  private final Chooser chooser;
  private final Alteration alteration;

  ActCommand(Action action, Rooms rooms, Chooser chooser, Alteration alteration) {
    this.action = action;
    this.rooms = rooms;
    this.chooser = chooser;
    this.alteration = alteration;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    return chooser
        .listed(call)
        .map(all -> action == Action.RESTART ? all : new Chosen(all.names(), List.of()))
        .compose(all -> alteration.of(all.words(), call).compose(_ -> done(all, call)))
        .compose(reply -> Report.of(done(action), reply, rooms, call.session()));
  }

  private Future<GodReply> done(Chosen chosen, Call call) {
    Future<GodReply> byWord =
        chosen.words().isEmpty()
            ? Future.succeededFuture(new GodReply(List.of(), List.of()))
            : rooms.god(new GodCommand.Act(action, chosen.words(), FileApps.shell(call)));
    if (chosen.specs().isEmpty()) {
      return byWord;
    }
    return byWord.compose(first ->
        rooms
            .god(new GodCommand.StartApps(chosen.specs(), Existing.RESTART))
            .map(second ->
                new GodReply(
                    Chosen.joined(first.instances(), second.instances()),
                    Chosen.joined(first.problems(), second.problems()),
                    List.of(),
                    Chosen.joined(first.notes(), second.notes()))));
  }

  /// What a sentence calls it.
  static String done(Action action) {
    return switch (action) {
      case START -> "Started";
      case STOP -> "Stopped";
      case RESTART -> "Restarted";
      case DELETE -> "Deleted";
    };
  }
}
