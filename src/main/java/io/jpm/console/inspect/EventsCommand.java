package io.jpm.console.inspect;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.HistoryCommand;
import io.jpm.console.cli.Arguments;
import io.jpm.console.cli.CommandFailure;
import io.jpm.console.cli.VerbOption;
import io.jpm.console.session.CommandCall;
import io.jpm.console.session.ConsoleCommand;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.ShutdownNotice;
import io.jpm.console.text.EventText;
import io.jpm.model.AppName;
import io.jpm.wire.EventMessage;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.ZoneId;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.function.Function;

/// Runs `jpm events`, which prints past events, oldest first, and with `--follow` also new events.
/// A deleted app can be selected by name as long as the history contains its events. The target
/// `jpm` selects the events of the daemon itself, unless an app has this name.
public final class EventsCommand implements ConsoleCommand {
  private static final int DEFAULT_LINES = 30;
  private static final String DAEMON = "jpm";
  private static final int ALL = Integer.MAX_VALUE;

  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final ZoneId zone;
  private final ShutdownNotice shutdownNotice;

  /// @param zone the time zone of displayed times
  /// @param shutdownNotice notifies clients when the daemon shuts down
  public EventsCommand(
      Vertx vertx, DaemonClient daemonClient, ZoneId zone, ShutdownNotice shutdownNotice) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.zone = zone;
    this.shutdownNotice = shutdownNotice;
  }

  @Override
  public Future<ExitCode> run(CommandCall commandCall) {
    Arguments arguments = commandCall.arguments();
    int lines = arguments.lineCount(DEFAULT_LINES);
    Optional<Long> resumed = commandCall.request().resume().map(EventsCommand::position);
    OptionalLong since =
        resumed
            .map(OptionalLong::of)
            .orElseGet(() -> arguments.number(VerbOption.SINCE, Long.MAX_VALUE / 2));
    boolean all = resumed.isPresent() || !arguments.has(VerbOption.LINES);
    int most = since.isPresent() && all ? ALL : lines;
    return selection(arguments.targets())
        .compose(selection -> {
          var follow =
              new EventFollow(
                  vertx, daemonClient, commandCall.session(), selection, format(commandCall));
          boolean live = arguments.has(VerbOption.FOLLOW);
          Future<Long> past =
              since.isPresent()
                  ? follow.printAfter(since.getAsLong(), most)
                  : follow.head().compose(head -> latest(selection, most, head, follow));
          return live
              ? shutdownNotice.following(commandCall.session(), follow.followAfter(past))
              : past.map(ExitCode.OK);
        });
  }

  private static long position(String mark) {
    try {
      return Long.parseLong(mark);
    } catch (NumberFormatException malformed) {
      throw new CommandFailure(
          "cannot resume jpm events, because the position is not valid: run the command again");
    }
  }

  private Function<List<EventMessage>, String> format(CommandCall commandCall) {
    return commandCall.arguments().has(VerbOption.JSON)
        ? EventText::json
        : new EventText(zone, commandCall.session().tty().color())::lines;
  }

  /// Prints the latest events.
  ///
  /// @param head the number of the latest event of any app
  /// @return the number of the last event processed
  private Future<Long> latest(EventSelection selection, int lines, long head, EventFollow follow) {
    return latest(selection, lines)
        .map(events -> {
          long last = events.isEmpty() ? head : Math.max(head, events.getLast().seq());
          follow.print(events, last);
          return last;
        });
  }

  private Future<List<EventMessage>> latest(EventSelection selection, int lines) {
    if (selection.all()) {
      return latest(Optional.empty(), lines);
    }
    Future<List<EventMessage>> all = Future.succeededFuture(List.of());
    for (String app : selection.apps()) {
      all = all.compose(known -> latest(Optional.of(app), lines).map(more -> joined(known, more)));
    }
    for (String app : selection.appsInPart()) {
      all = all.compose(known -> latest(Optional.of(app), ALL).map(more -> joined(known, more)));
    }
    return all.map(events -> {
      List<EventMessage> wanted =
          events.stream()
              .filter(selection::has)
              .sorted(Comparator.comparingLong(EventMessage::seq))
              .toList();
      return wanted.subList(Math.max(0, wanted.size() - lines), wanted.size());
    });
  }

  private Future<List<EventMessage>> latest(Optional<String> app, int lines) {
    return daemonClient.history(new HistoryCommand.Latest(app, lines)).map(reply -> reply.events());
  }

  private static List<EventMessage> joined(List<EventMessage> some, List<EventMessage> more) {
    List<EventMessage> all = new ArrayList<>(some);
    all.addAll(more);
    return all;
  }

  private Future<EventSelection> selection(List<String> words) {
    if (words.isEmpty() || words.contains(AppName.ALL)) {
      return Future.succeededFuture(EventSelection.EVERYONE);
    }
    Future<EventSelection> selection = Future.succeededFuture(EventSelection.NOBODY);
    for (String word : words) {
      selection = selection.compose(known -> with(known, word));
    }
    return selection;
  }

  private Future<EventSelection> with(EventSelection known, String word) {
    return daemonClient
        .god(new GodCommand.Show(List.of(word)))
        .compose(shown ->
            shown.instances().isEmpty()
                ? past(known, word)
                : Future.succeededFuture(known.and(word, shown.instances())));
  }

  /// Adds an app that is no longer listed but has stored events, or else the daemon itself, to
  /// `known`.
  private Future<EventSelection> past(EventSelection known, String word) {
    return latest(Optional.of(word), 1)
        .compose(events ->
            events.isEmpty()
                ? daemonOr(
                    known,
                    word,
                    new CommandFailure(
                        "no app or id %s exists, and no events are stored for it: run jpm events to see all events"
                            .formatted(word)))
                : Future.succeededFuture(known.and(word, List.of())));
  }

  private static Future<EventSelection> daemonOr(
      EventSelection known, String word, CommandFailure failure) {
    return word.equals(DAEMON)
        ? Future.succeededFuture(known.and(EventSelection.DAEMON, List.of()))
        : Future.failedFuture(failure);
  }
}
