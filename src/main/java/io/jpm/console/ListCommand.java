package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.console.text.InstanceBlocks;
import io.jpm.console.text.InstanceOrder;
import io.jpm.console.text.InstanceTable;
import io.jpm.console.text.Listing;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// `jpm ls`: the table, or with `--mini-list` a block for each instance; sorted as asked for, and
/// with `--watch` drawn anew until the client is gone.
final class ListCommand implements ConsoleCommand {
  private static final Duration REDRAWN_AFTER = Duration.ofMillis(900);

  private final Vertx vertx;
  private final Rooms rooms;

  ListCommand(Vertx vertx, Rooms rooms) {
    this.vertx = vertx;
    this.rooms = rooms;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    Arguments arguments = call.arguments();
    Optional<InstanceOrder> order = arguments.value(VerbOption.SORT).map(ListCommand::order);
    refuseContradictions(call);
    if (arguments.has(VerbOption.JSON)) {
      return json(call, order.orElse(new InstanceOrder(InstanceOrder.Field.ID, false)));
    }
    InstanceOrder wanted = order.orElse(InstanceOrder.USUAL);
    if (arguments.has(VerbOption.REDRAW)) {
      return redraw(call, wanted);
    }
    return rooms
        .all(call.session())
        .compose(all ->
            rooms
                .listing(all.instances())
                .map(listing -> {
                  // That there is none is not known of a list that is lost.
                  if (all.code() == ExitCode.OK || !all.instances().isEmpty()) {
                    call.session().out(drawn(listing, wanted, call));
                  }
                  return all.code();
                }))
        .compose(code -> rooms.tellFileTroubles(call.session()).map(code));
  }

  private static InstanceOrder order(String text) {
    return InstanceOrder.parse(text)
        .orElseThrow(() ->
            new CommandFailure(
                "--sort \"%s\": use one of %s, with :desc for the largest first"
                    .formatted(text, String.join(", ", InstanceOrder.words()))));
  }

  private static void refuseContradictions(Call call) {
    Arguments arguments = call.arguments();
    for (VerbOption other : List.of(VerbOption.MINI_LIST, VerbOption.REDRAW)) {
      if (arguments.has(VerbOption.JSON) && arguments.has(other)) {
        throw new CommandFailure(
            "--json and %s do not go together: choose one".formatted(other.longName()));
      }
    }
    if (arguments.has(VerbOption.REDRAW) && !call.session().tty().out()) {
      throw new CommandFailure(
          "--watch redraws a terminal, and this is none: use jpm events --follow, or jpm ls --json"
              + " as often as you like");
    }
  }

  private Future<Listing> listing() {
    return rooms.obeyed(new GodCommand.Show(List.of())).compose(rooms::listing);
  }

  private Future<ExitCode> json(Call call, InstanceOrder order) {
    return rooms
        .all(call.session())
        .compose(all ->
            rooms
                .listing(all.instances())
                .map(order::sorted)
                .compose(rooms::json)
                .map(list -> {
                  call.session().out(list.encode() + "\n");
                  return all.code();
                }));
  }

  private static String drawn(Listing listing, InstanceOrder order, Call call) {
    return call.arguments().has(VerbOption.MINI_LIST)
        ? InstanceBlocks.draw(order.sorted(listing), call.session().screen())
        : InstanceTable.draw(listing, order, call.session().screen());
  }

  /// Goes on until the client is gone; a room that fails ends it.
  private Future<ExitCode> redraw(Call call, InstanceOrder order) {
    Session session = call.session();
    session.out("\u001b[2J");
    Promise<ExitCode> done = Promise.promise();
    session.ended().onComplete(_ -> done.tryComplete(ExitCode.OK));
    frames(call, order, done);
    return done.future();
  }

  private void frames(Call call, InstanceOrder order, Promise<ExitCode> done) {
    Session session = call.session();
    session
        .whenAsked()
        .compose(_ -> listing())
        .onSuccess(listing -> {
          session.out(frame(drawn(listing, order, call), session.tty().rows()));
          vertx.setTimer(
              REDRAWN_AFTER.toMillis(),
              _ -> {
                if (!session.isOver()) {
                  frames(call, order, done);
                }
              });
        })
        .onFailure(failure -> {
          if (!session.isOver()) {
            done.tryFail(failure);
          }
        });
  }

  /// Drawn over the picture before, so that nothing flickers. Lines are not wrapped meanwhile, and
  /// what does not fit is left out: the terminal is as usual after each picture, whenever the
  /// client ends.
  ///
  /// @param rows of the terminal; 0: not known
  static String frame(String picture, int rows) {
    List<String> lines = picture.lines().toList();
    int room = rows == 0 ? lines.size() : Math.max(1, rows - 2);
    var text = new StringBuilder("\u001b[H\u001b[?7l");
    lines.stream().limit(room).forEach(line -> text.append(line).append("\u001b[K\n"));
    if (lines.size() > room) {
      text.append("… %d more lines\u001b[K\n".formatted(lines.size() - room));
    }
    return text.append("\u001b[J\u001b[?7h").toString();
  }
}
