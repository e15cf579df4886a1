package io.jpm.console;

import io.jpm.bus.GodCommand;
import io.jpm.bus.LogPosition;
import io.jpm.bus.LogsCommand.Follow;
import io.jpm.bus.LogsCommand.Tail;
import io.jpm.console.text.LogLabels;
import io.jpm.console.text.LogLabels.Streams;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/// Follows files until the client goes. Files that appear later (a new instance) are followed by a
/// loop of their own, so that the wait for old ones need not be broken off.
///
/// Owned by the session's context.
final class LogFollow {
  /// LogAggregator answers after its patience at the latest; more than this above it is a defect.
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final Rooms rooms;
  private final ConsoleTiming timing;
  private final LogPrinter printer;
  private final Promise<ExitCode> ended = Promise.promise();
  private final Set<Path> followed = new HashSet<>();
  private LogLabels labels = LogLabels.of(List.of(), Streams.BOTH);

  LogFollow(Vertx vertx, Rooms rooms, ConsoleTiming timing, LogPrinter printer) {
    this.vertx = vertx;
    this.rooms = rooms;
    this.timing = timing;
    this.printer = printer;
  }

  /// Prints the past lines of all files.
  ///
  /// @return where to read on
  Future<List<LogPosition>> tail(LogLabels now) {
    labels = labels.and(now);
    List<Path> fresh = now.files().stream().filter(followed::add).toList();
    if (fresh.isEmpty()) {
      return Future.succeededFuture(List.of());
    }
    return rooms
        .lines(new Tail(fresh, printer.lines()), timing.questions())
        .map(past -> {
          printer.past(past.lines(), labels);
          return past.positions();
        });
  }

  /// Prints past and coming lines; done only when the client is gone, failed when LogAggregator
  /// fails.
  Future<ExitCode> forever(LogLabels now, GodCommand.Show show, Streams streams) {
    printer.session().ended().onComplete(_ -> ended.tryComplete(ExitCode.OK));
    join(now);
    look(show, streams);
    return ended.future();
  }

  private void join(LogLabels now) {
    tail(now).onSuccess(this::read).onFailure(ended::tryFail);
  }

  private void read(List<LogPosition> positions) {
    if (positions.isEmpty() || isOver()) {
      return;
    }
    printer
        .session()
        .whenAsked()
        .compose(_ ->
            rooms.lines(
                new Follow(positions, timing.followPatience()),
                timing.followPatience().plus(GRACE)))
        .onSuccess(live -> {
          printer.live(live.lines(), labels);
          read(live.positions());
        })
        .onFailure(this::fail);
  }

  /// Looks for new instances, again and again, while the client listens.
  private void look(GodCommand.Show show, Streams streams) {
    vertx.setTimer(
        timing.rediscovery().toMillis(),
        _ -> {
          if (!isOver()) {
            printer
                .session()
                .whenAsked()
                .compose(_ -> rooms.god(show))
                .onSuccess(reply -> join(LogLabels.of(reply.instances(), streams)))
                .onComplete(_ -> look(show, streams));
          }
        });
  }

  private void fail(Throwable failure) {
    if (!printer.session().isOver()) {
      ended.tryFail(failure);
    }
  }

  private boolean isOver() {
    return printer.session().isOver() || ended.future().isComplete();
  }
}
