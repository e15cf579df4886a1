package io.jpm.console.inspect;

import io.jpm.bus.god.GodCommand;
import io.jpm.console.cli.Arguments;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.InstanceBlocks;
import io.jpm.console.text.InstanceListing;
import io.jpm.console.text.InstanceOrder;
import io.jpm.console.text.InstanceTable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Runs `jpm ls`, which prints the table or, with `--mini-list`, a block of lines per instance, in
/// the requested order. With `--watch`, the list is redrawn until the client is gone.
public final class ListCommand implements ConsoleCommand {
  private static final Duration REDRAWN_AFTER = Duration.ofMillis(900);

  private final Vertx vertx;
  private final DaemonClient daemonClient;

  public ListCommand(Vertx vertx, DaemonClient daemonClient) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    Arguments arguments = commandCall.arguments();
    Optional<InstanceOrder> order = arguments.value(VerbOption.SORT).map(ListCommand::order);
    refuseContradictions(commandCall);
    if (arguments.has(VerbOption.JSON)) {
      return json(commandCall, order.orElse(new InstanceOrder(InstanceOrder.Field.ID, false)));
    }
    InstanceOrder wanted = order.orElse(InstanceOrder.USUAL);
    if (arguments.has(VerbOption.REDRAW)) {
      return redraw(commandCall, wanted);
    }
    return daemonClient
        .all(commandCall.session())
        .compose(all ->
            daemonClient
                .listing(all.instances())
                .map(instanceListing -> {
                  // A list that could not be read must not look empty.
                  if (all.code() == ExitCode.OK || !all.instances().isEmpty()) {
                    commandCall.session().out(drawn(instanceListing, wanted, commandCall));
                  }
                  return all.code();
                }))
        .compose(code -> daemonClient.reportRejectedFiles(commandCall.session()).map(code));
  }

  private static InstanceOrder order(String text) {
    return InstanceOrder.parse(text)
        .orElseThrow(() ->
            new CommandFailure(
                "--sort \"%s\" is not valid: use one of %s, optionally followed by :desc"
                    .formatted(text, String.join(", ", InstanceOrder.keywords()))));
  }

  private static void refuseContradictions(CommandCall commandCall) {
    Arguments arguments = commandCall.arguments();
    for (VerbOption other : List.of(VerbOption.MINI_LIST, VerbOption.REDRAW)) {
      if (arguments.has(VerbOption.JSON) && arguments.has(other)) {
        throw new CommandFailure(
            "--json and %s cannot be combined: use one of them".formatted(other.longName()));
      }
    }
    if (arguments.has(VerbOption.REDRAW) && !commandCall.session().tty().out()) {
      throw new CommandFailure(
          "--watch requires a terminal: use jpm events --follow, or run jpm ls --json repeatedly");
    }
  }

  private Future<InstanceListing> listing() {
    return daemonClient
        .executeOrFail(new GodCommand.Show(List.of()))
        .compose(daemonClient::listing);
  }

  private Future<ExitCode> json(CommandCall commandCall, InstanceOrder order) {
    return daemonClient
        .all(commandCall.session())
        .compose(all ->
            daemonClient
                .listing(all.instances())
                .map(order::sorted)
                .compose(daemonClient::json)
                .map(list -> {
                  commandCall.session().out(list.encode() + "\n");
                  return all.code();
                }));
  }

  private static String drawn(
      InstanceListing instanceListing, InstanceOrder order, CommandCall commandCall) {
    return commandCall.arguments().has(VerbOption.MINI_LIST)
        ? InstanceBlocks.draw(order.sorted(instanceListing), commandCall.session().textStyle())
        : InstanceTable.draw(instanceListing, order, commandCall.session().textStyle());
  }

  /// Redraws the list until the client is gone or a request fails.
  private Future<ExitCode> redraw(CommandCall commandCall, InstanceOrder order) {
    Session session = commandCall.session();
    session.out("\u001b[2J");
    Promise<ExitCode> done = Promise.promise();
    session.ended().onComplete(_ -> done.tryComplete(ExitCode.OK));
    frames(commandCall, order, done);
    return done.future();
  }

  private void frames(CommandCall commandCall, InstanceOrder order, Promise<ExitCode> done) {
    Session session = commandCall.session();
    session
        .awaitDemand()
        .compose(_ -> listing())
        .onSuccess(instanceListing -> {
          session.out(frame(drawn(instanceListing, order, commandCall), session.tty().rows()));
          vertx.setTimer(
              REDRAWN_AFTER.toMillis(),
              _ -> {
                if (!session.isOver()) {
                  frames(commandCall, order, done);
                }
              });
        })
        .onFailure(failure -> {
          if (!session.isOver()) {
            done.tryFail(failure);
          }
        });
  }

  /// Returns the output that replaces the previous picture without flicker. It disables line
  /// wrapping while drawing and omits lines that do not fit. After each picture, the terminal is in
  /// its normal state, so the client may exit at any time.
  ///
  /// @param rows the height of the terminal in lines; 0 if unknown
  public static String frame(String picture, int rows) {
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
