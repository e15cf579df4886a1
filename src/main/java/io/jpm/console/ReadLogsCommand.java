package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.InstanceView;
import io.jpm.console.text.LogLabels;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.time.Instant;
import java.time.ZoneId;
import java.util.List;
import java.util.Optional;

/// `jpm logs`: the last lines of apps' logs, then whatever is written to them.
///
/// A name that is nobody's ends with 1, where PM2 tails nothing for ever and, with `--nostream`,
/// exits with 0: a script that mistypes a name should not take silence for an answer.
final class ReadLogsCommand implements ConsoleCommand {
  private final Vertx vertx;
  private final Rooms rooms;
  private final ConsoleContext context;
  private final ZoneId zone;
  private final Farewell farewell;

  /// @param zone whose time is meant and shown
  /// @param farewell who tells clients that the daemon ends
  ReadLogsCommand(
      Vertx vertx, Rooms rooms, ConsoleContext context, ZoneId zone, Farewell farewell) {
    this.vertx = vertx;
    this.rooms = rooms;
    this.context = context;
    this.zone = zone;
    this.farewell = farewell;
  }

  @Override
  public Future<ExitCode> run(Call call) {
    List<String> targets = call.arguments().targets();
    Instant began = context.clock().instant();
    var wish = LogWish.of(call.arguments(), new PastTime(began, zone));
    boolean everyone = LogWish.isEveryone(targets);
    // Show takes an empty list for everyone, and does not mind when there is none.
    var show = new GodCommand.Show(everyone ? List.of() : targets);
    Optional<RuntimeEnd> runtime = RuntimeEnd.of(call.arguments().rest(), System::nanoTime);
    return rooms
        .obeyed(show)
        .compose(instances -> {
          if (instances.isEmpty() && !everyone) {
            return Future.failedFuture(new CommandFailure("no app was found"));
          }
          return runtime.isPresent()
              ? stream(call, wish, instances, began, runtime.get())
              : print(call, wish, show, instances, began);
        });
  }

  /// For `bin/jpm-runtime`: what all apps print, without a word of the daemon's own.
  private Future<ExitCode> stream(
      Call call, LogWish wish, List<InstanceView> instances, Instant began, RuntimeEnd end) {
    var printer = new LogPrinter(call.session(), wish.style(), zone);
    var follow =
        new LogFollow(vertx, rooms, RuntimeEnd.paced(context.timing()), printer, wish, began, end);
    // The client ends the apps only when it knows that their last words are heard.
    return follow.forever(
        LogLabels.of(instances, wish.streams()),
        new GodCommand.Show(List.of()),
        () -> call.session().accept());
  }

  private Future<ExitCode> print(
      Call call, LogWish wish, GodCommand.Show show, List<InstanceView> instances, Instant began) {
    var printer = new LogPrinter(call.session(), wish.style(), zone);
    LogLabels labels = LogLabels.of(instances, wish.streams());
    if (wish.daemonToo()) {
      labels = labels.withDaemon(context.home().resolve("jpm.log"));
    }
    if (!wish.follow()) {
      printer.title(call.arguments().targets(), wish.lines());
      return new LogFollow(vertx, rooms, context.timing(), printer, wish, began)
          .tail(labels)
          .map(_ -> ExitCode.OK);
    }
    return farewell.following(call.session(), followed(call, wish, printer, labels, show, began));
  }

  private Future<ExitCode> followed(
      Call call,
      LogWish wish,
      LogPrinter printer,
      LogLabels labels,
      GodCommand.Show show,
      Instant began) {
    Optional<LogPlaces> known = call.request().resume().map(LogPlaces::fromMark);
    LogPlaces places = known.orElseGet(() -> new LogPlaces(began));
    var follow = new LogFollow(vertx, rooms, context.timing(), printer, wish, places);
    if (known.isPresent()) {
      return follow.resumed(labels, show);
    }
    printer.title(call.arguments().targets(), wish.lines());
    return follow.forever(labels, show);
  }
}
