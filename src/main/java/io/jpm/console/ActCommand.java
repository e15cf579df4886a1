package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodCommand.Action;
import io.jpm.bus.GodCommand.Existing;
import io.jpm.bus.GodReply;
import io.jpm.model.Instances;
import io.vertx.core.Future;
import java.util.List;
import java.util.Optional;

/// `jpm stop`, `restart` and `delete`: one action on everything that the targets name. A process
/// file stands for those of its apps that are in the list; a restart takes them as the file has
/// them now.
final class ActCommand implements ConsoleCommand {
  private final Action action;
  private final Rooms rooms;
  private final Chooser chooser;
  private final Alteration alteration;
  private final Progress progress;

  ActCommand(
      Action action, Rooms rooms, Chooser chooser, Alteration alteration, Progress progress) {
    this.action = action;
    this.rooms = rooms;
    this.chooser = chooser;
    this.alteration = alteration;
    this.progress = progress;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    return chooser
        .listed(call)
        .map(all -> action == Action.RESTART ? all : new Chosen(all.names(), List.of()))
        .compose(all ->
            altered(all, call)
                .compose(
                    _ -> progress.of(action, all.names(), call.session(), () -> done(all, call))))
        .compose(reply -> Report.of(done(action), reply, rooms, call.session()));
  }

  private Future<Void> altered(Chosen all, Call call) {
    return call.arguments().has(VerbOption.WATCH_NO_MORE)
        ? alteration.unwatched(all.words(), call)
        : alteration.of(all.words(), call);
  }

  private Future<GodReply> done(Chosen chosen, Call call) {
    Future<GodReply> byWord =
        chosen.words().isEmpty()
            ? Future.succeededFuture(new GodReply(List.of(), List.of()))
            : byWord(chosen.words(), call);
    if (chosen.specs().isEmpty()) {
      return byWord;
    }
    return byWord.compose(first ->
        rooms
            .god(
                call.keyed(
                    new GodCommand.StartApps(chosen.specs(), Existing.RESTART, Optional.empty())))
            .map(second -> joined(first, second)));
  }

  /// With `--parallel` so many instances at a time, in the order of the list; else all at once, as
  /// their dependencies allow.
  private Future<GodReply> byWord(List<String> words, Call call) {
    if (action != Action.RESTART || !call.arguments().has(VerbOption.PARALLEL)) {
      return rooms.god(call.keyed(new GodCommand.Act(action, words, FileApps.shell(call))));
    }
    int parallel =
        (int) call.arguments().number(VerbOption.PARALLEL, 1, Instances.MOST).orElseThrow();
    return rooms
        .god(new GodCommand.Show(words))
        .compose(shown -> {
          List<String> ids = shown.instances().stream().map(it -> it.id().toString()).toList();
          Future<GodReply> done = Future.succeededFuture(new GodReply(List.of(), shown.problems()));
          for (int from = 0; from < ids.size(); from += parallel) {
            List<String> some = ids.subList(from, Math.min(ids.size(), from + parallel));
            done =
                done.compose(first ->
                    rooms
                        .god(call.keyed(new GodCommand.Act(action, some, FileApps.shell(call))))
                        .map(second -> joined(first, second)));
          }
          return done;
        });
  }

  private static GodReply joined(GodReply first, GodReply second) {
    return new GodReply(
        Chosen.joined(first.instances(), second.instances()),
        Chosen.joined(first.problems(), second.problems()),
        List.of(),
        Chosen.joined(first.notes(), second.notes()));
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
