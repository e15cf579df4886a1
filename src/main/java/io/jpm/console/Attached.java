package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.InstanceView;
import io.jpm.console.text.LogLabels;
import io.jpm.console.text.LogLabels.Streams;
import io.jpm.model.InstanceId;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// A command that starts apps and, with `--attach`, goes on with what they print from then on,
/// until the client goes. Those are the apps of which a process has begun since the command has.
/// One that stops apps goes on with those that have run, from its beginning: their last words.
final class Attached implements ConsoleCommand {
  private final ConsoleCommand command;
  private final Vertx vertx;
  private final Rooms rooms;
  private final ConsoleContext context;

  /// @param command what starts them
  Attached(ConsoleCommand command, Vertx vertx, Rooms rooms, ConsoleContext context) {
    this.command = command;
    this.vertx = vertx;
    this.rooms = rooms;
    this.context = context;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    if (!call.arguments().has(VerbOption.ATTACH)) {
      return command.run(call);
    }
    Instant began = context.clock().instant();
    return all()
        .compose(before -> {
          Set<InstanceId> running =
              before.stream()
                  .filter(it -> it.process().isPresent())
                  .map(InstanceView::id)
                  .collect(Collectors.toSet());
          return command
              .run(call)
              .compose(code ->
                  code == ExitCode.OK
                      ? follow(call, began, running)
                      : Future.succeededFuture(code));
        });
  }

  private Future<List<InstanceView>> all() {
    return rooms.obeyed(new GodCommand.Show(List.of()));
  }

  private Future<ExitCode> follow(Call call, Instant began, Set<InstanceId> running) {
    return all()
        .compose(all -> {
          List<InstanceView> concerned =
              all.stream()
                  .filter(it ->
                      it.process().isPresent()
                          ? it.startedAt().filter(at -> !at.isBefore(began)).isPresent()
                          : running.contains(it.id()))
                  .toList();
          return concerned.isEmpty()
              ? Future.succeededFuture(ExitCode.OK)
              : follow(call.session(), concerned, began);
        });
  }

  private Future<ExitCode> follow(Session session, List<InstanceView> started, Instant began) {
    LogWish wish = LogWish.since(began);
    var printer = new LogPrinter(session, wish.style(), ZoneId.systemDefault());
    return new LogFollow(vertx, rooms, context.timing(), printer, wish, began)
        .forever(
            LogLabels.of(started, Streams.BOTH),
            new GodCommand.Show(started.stream().map(it -> it.id().toString()).toList()));
  }
}
