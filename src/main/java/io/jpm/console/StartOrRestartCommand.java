package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodCommand.Action;
import io.jpm.bus.GodCommand.Existing;
import io.jpm.bus.GodReply;
import io.jpm.bus.InstanceView;
import io.jpm.model.InstanceId;
import io.vertx.core.Future;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;

/// `jpm startOrRestart`: the apps of process files, as these have them now, all of them running
/// anew.
final class StartOrRestartCommand implements ConsoleCommand {
  private final Rooms rooms;
  private final Chooser chooser;
  private final Progress progress;

  StartOrRestartCommand(Rooms rooms, Chooser chooser, Progress progress) {
    this.rooms = rooms;
    this.chooser = chooser;
    this.progress = progress;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    return chooser
        .ofFiles(call, Verb.START_OR_RESTART)
        .compose(all ->
            rooms
                .god(new GodCommand.Show(all.names()))
                .compose(before -> started(all, running(before), call)));
  }

  private Future<ExitCode> started(Chosen all, Set<InstanceId> running, Call call) {
    return progress
        .of(
            Action.START,
            all.names(),
            call.session(),
            () ->
                rooms.god(
                    call.keyed(
                        new GodCommand.StartApps(
                            all.specs(),
                            Existing.RESTART,
                            Optional.empty(),
                            FileApps.lasting(call)))))
        .compose(reply ->
            Report.of(
                it -> ActCommand.done(running.contains(it.id()) ? Action.RESTART : Action.START),
                reply,
                rooms,
                call.session()));
  }

  private static Set<InstanceId> running(GodReply before) {
    return before.instances().stream()
        .filter(it -> it.process().isPresent())
        .map(InstanceView::id)
        .collect(Collectors.toSet());
  }
}
