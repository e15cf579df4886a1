package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.GodReply;
import io.jpm.bus.InstanceView;
import io.jpm.model.AppSpec;
import io.jpm.model.Instances;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.List;
import java.util.stream.Collectors;

/// `jpm reload` and `startOrReload`: processes are replaced without a gap, and each step is told
/// while it goes on. A process file's apps are taken as the file has them now.
final class ReloadCommand implements ConsoleCommand {
  private final Verb verb;
  private final Vertx vertx;
  private final Rooms rooms;
  private final Chooser chooser;
  private final Alteration alteration;
  private final Farewell farewell;

  /// @param verb [Verb#RELOAD], or [Verb#START_OR_RELOAD] where missing apps are started
  /// @param farewell who tells clients that the daemon ends
  ReloadCommand(
      Verb verb,
      Vertx vertx,
      Rooms rooms,
      Chooser chooser,
      Alteration alteration,
      Farewell farewell) {
    this.verb = verb;
    this.vertx = vertx;
    this.rooms = rooms;
    this.chooser = chooser;
    this.alteration = alteration;
    this.farewell = farewell;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    int parallel = parallel(call);
    Future<Chosen> chosen =
        verb == Verb.START_OR_RELOAD ? chooser.ofFiles(call, verb) : chooser.listed(call);
    return chosen
        .compose(all ->
            alteration
                .of(all.words(), call)
                .compose(_ -> farewell.during(call.session(), reloaded(all, parallel, call))))
        .compose(reply -> Report.ofReload(reply, rooms, call.session()));
  }

  /// What PM2 calls concurrent actions is a default here too.
  ///
  /// @throws CommandFailure when it is no such number
  private static int parallel(Call call) {
    String usual = call.request().environment().getOrDefault("PM2_CONCURRENT_ACTIONS", "");
    long otherwise = usual.matches("[1-9][0-9]{0,2}") ? Long.parseLong(usual) : 1;
    return (int)
        call.arguments()
            .number(VerbOption.PARALLEL, 1, Instances.MOST)
            .orElse(Math.min(otherwise, Instances.MOST));
  }

  private Future<GodReply> reloaded(Chosen all, int parallel, Call call) {
    boolean lasting = verb == Verb.START_OR_RELOAD && FileApps.lasting(call);
    var command =
        new GodCommand.Reload(all.words(), all.specs(), parallel, FileApps.shell(call), lasting);
    return concerned(all.words())
        .compose(instances -> {
          ReloadProgress progress =
              ReloadProgress.of(
                  vertx.eventBus(),
                  call.session(),
                  instances.stream().map(InstanceView::id).collect(Collectors.toSet()),
                  all.specs().stream().map(AppSpec::name).collect(Collectors.toSet()));
          return rooms.god(call.keyed(command)).eventually(progress::end);
        });
  }

  private Future<List<InstanceView>> concerned(List<String> words) {
    return words.isEmpty()
        ? Future.succeededFuture(List.of())
        : rooms.god(new GodCommand.Show(words)).map(GodReply::instances);
  }
}
