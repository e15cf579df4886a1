package io.jpm.console.logs;

import io.jpm.bus.god.GodCommand;
import io.jpm.bus.god.GodReply;
import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogFilter;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogSearch;
import io.jpm.bus.logs.LogSearch.Span;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.logs.LogsReply.Positions;
import io.jpm.bus.logs.LogsReply.Searches;
import io.jpm.console.cli.LogsOptions;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.session.ExitCode;
import io.jpm.console.session.Session;
import io.jpm.console.text.LogLabels;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Prints logs page by page and follows them until the client disconnects. A page is printed only
/// after the client has received the previous page. Logs that appear later, such as those of a new
/// instance, are followed by a separate loop, which avoids interrupting the wait for new lines in
/// existing logs.
///
/// Confined to the session's context.
final class LogFollow {
  /// The time by which LogAggregator may exceed the follow timeout before the request fails.
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final Vertx vertx;
  private final DaemonClient daemonClient;
  private final ConsoleTiming timing;
  private final LogPrinter printer;
  private final LogsOptions options;
  private final EndCondition endCondition;
  private final Promise<ExitCode> ended = Promise.promise();
  private final Set<Path> followed = new HashSet<>();
  private final LogPositions places;
  private final boolean resumable;
  private LogLabels labels = LogLabels.NONE;
  private Optional<ExitCode> verdict = Optional.empty();
  private int reading;

  /// Decides when to stop following logs.
  interface EndCondition {
    /// The condition that is never met: logs are followed until the client disconnects.
    EndCondition CLIENT_DISCONNECT = _ -> Optional.empty();

    /// Returns the exit code if logs need not be followed any longer; otherwise empty.
    ///
    /// @param apps the current instances
    Optional<ExitCode> exitCode(List<InstanceView> apps);
  }

  LogFollow(
      Vertx vertx,
      DaemonClient daemonClient,
      ConsoleTiming timing,
      LogPrinter printer,
      LogsOptions options,
      Instant began) {
    this(vertx, daemonClient, timing, printer, options, began, EndCondition.CLIENT_DISCONNECT);
  }

  /// Creates a resumable instance: if this daemon dies, the client continues with the next daemon.
  ///
  /// @param places the positions that the client has reached. Logs without a position are printed
  ///   from the time at which the client started to follow.
  /// @param endCondition as in the constructor below
  LogFollow(
      Vertx vertx,
      DaemonClient daemonClient,
      ConsoleTiming timing,
      LogPrinter printer,
      LogsOptions options,
      LogPositions places,
      EndCondition endCondition) {
    this(vertx, daemonClient, timing, printer, options, places, true, endCondition);
  }

  /// Creates an instance that cannot be resumed by the next daemon.
  ///
  /// @param began a time before the instances were first queried. The logs of instances that appear
  ///   later are printed from this time on.
  /// @param endCondition ends the command even if the client stays connected. The remaining lines
  ///   are still printed.
  LogFollow(
      Vertx vertx,
      DaemonClient daemonClient,
      ConsoleTiming timing,
      LogPrinter printer,
      LogsOptions options,
      Instant began,
      EndCondition endCondition) {
    this(
        vertx,
        daemonClient,
        timing,
        printer,
        options,
        new LogPositions(began),
        false,
        endCondition);
  }

  private LogFollow(
      Vertx vertx,
      DaemonClient daemonClient,
      ConsoleTiming timing,
      LogPrinter printer,
      LogsOptions options,
      LogPositions places,
      boolean resumable,
      EndCondition endCondition) {
    this.vertx = vertx;
    this.daemonClient = daemonClient;
    this.timing = timing;
    this.printer = printer;
    this.options = options;
    this.places = places;
    this.resumable = resumable;
    this.endCondition = endCondition;
  }

  /// Prints the past lines of those logs that are not followed yet.
  ///
  /// @return the positions from which to follow these logs
  Future<List<LogPosition>> tail(LogLabels now) {
    return tail(now, options.filter(), options.lines());
  }

  private Future<List<LogPosition>> tail(LogLabels now, LogFilter filter, long lines) {
    labels = labels.merge(now);
    List<LogSearch> fresh = now.files().stream().filter(followed::add).map(LogSearch::of).toList();
    return fresh.isEmpty() ? Future.succeededFuture(List.of()) : search(fresh, filter, lines);
  }

  private Future<List<LogPosition>> search(List<LogSearch> searches, LogFilter filter, long lines) {
    var seek = new LogsCommand.Seek(searches, filter, lines, !options.follow(), labels.users());
    return session()
        .awaitDemand()
        .compose(_ -> daemonClient.lines(seek, timing.queryTimeout()))
        .compose(reply ->
            switch (reply.next()) {
              case Searches found when found.done() -> pages(spans(found.all()), filter);
              case Searches(var begun) -> search(begun, filter, lines);
              case Positions _ ->
                  Future.failedFuture(
                      new IllegalStateException(
                          "LogAggregator replied to a search with positions"));
            });
  }

  private static List<Span> spans(List<LogSearch> done) {
    return done.stream().map(search -> search.span().orElseThrow()).toList();
  }

  private Future<List<LogPosition>> pages(List<Span> spans, LogFilter filter) {
    spans.forEach(span -> places.advance(span.from()));
    List<LogPosition> ends = spans.stream().map(Span::to).toList();
    if (spans.stream().allMatch(span -> span.from().equals(span.to()))) {
      return Future.succeededFuture(ends);
    }
    return session()
        .awaitDemand()
        .compose(
            _ -> daemonClient.lines(new LogsCommand.Read(spans, filter), timing.queryTimeout()))
        .compose(reply -> {
          print(reply.lines());
          return switch (reply.next()) {
            case Positions(var all, boolean more) -> {
              all.forEach(places::advance);
              yield more ? pages(onwards(all, ends), filter) : Future.succeededFuture(all);
            }
            case Searches _ ->
                Future.failedFuture(
                    new IllegalStateException("LogAggregator replied to a read with searches"));
          };
        });
  }

  private void print(List<LogsReply.Line> lines) {
    if (resumable) {
      printer.print(lines, labels, places);
    } else {
      printer.print(lines, labels);
    }
  }

  private static List<Span> onwards(List<LogPosition> positions, List<LogPosition> ends) {
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < positions.size(); i++) {
      spans.add(new Span(positions.get(i), ends.get(i)));
    }
    return spans;
  }

  /// Prints past lines and follows new ones. Completes when the client has disconnected or the
  /// [EndCondition] is met. Fails if LogAggregator fails.
  ///
  /// @param show the request that finds new instances
  Future<ExitCode> follow(LogLabels now, GodCommand.Show show) {
    return follow(now, show, () -> {});
  }

  /// Does the same as [#follow(LogLabels, GodCommand.Show)] and calls back when following has
  /// begun.
  ///
  /// @param begun called once; lines that are written after the call are certain to be printed
  Future<ExitCode> follow(LogLabels now, GodCommand.Show show, Runnable begun) {
    session().ended().onComplete(_ -> ended.tryComplete(ExitCode.OK));
    join(tail(now).onSuccess(_ -> mark()), begun);
    look(show);
    return ended.future();
  }

  /// Continues after the last output that the client received before the previous daemon died.
  Future<ExitCode> resume(LogLabels now, GodCommand.Show show) {
    session().ended().onComplete(_ -> ended.tryComplete(ExitCode.OK));
    labels = now;
    List<LogPosition> known =
        now.files().stream().map(places::of).flatMap(Optional::stream).toList();
    known.forEach(position -> followed.add(position.log()));
    begin(known);
    join(tail(now, newLines(), Long.MAX_VALUE).onSuccess(_ -> mark()), () -> {});
    look(show);
    return ended.future();
  }

  private void mark() {
    if (resumable) {
      session().writeMarked(false, "", places.mark());
    }
  }

  private void join(Future<List<LogPosition>> tail, Runnable begun) {
    reading++;
    tail.onSuccess(
            positions -> {
              begun.run();
              begin(positions);
              reading--;
              endIfRead();
            })
        .onFailure(this::fail);
  }

  private void begin(List<LogPosition> positions) {
    if (!positions.isEmpty()) {
      reading++;
      read(positions);
    }
  }

  private void read(List<LogPosition> positions) {
    if (isOver()) {
      return;
    }
    boolean last = verdict.isPresent();
    session()
        .awaitDemand()
        .compose(_ ->
            daemonClient.lines(
                new LogsCommand.Follow(positions, options.filter(), timing.followTimeout()),
                timing.followTimeout().plus(GRACE)))
        .onSuccess(live -> {
          print(live.lines());
          if (live.next() instanceof Positions(var all, _)) {
            all.forEach(places::advance);
          }
          if (last && live.lines().isEmpty()) {
            reading--;
            endIfRead();
          } else {
            read(live.next() instanceof Positions(var all, _) ? all : positions);
          }
        })
        .onFailure(this::fail);
  }

  /// Checks for new instances periodically, as long as the client is connected.
  private void look(GodCommand.Show show) {
    vertx.setTimer(
        timing.rediscovery().toMillis(),
        _ -> {
          if (!isOver()) {
            session()
                .awaitDemand()
                .compose(_ -> daemonClient.god(show))
                .onSuccess(reply -> {
                  join(tail(reply), () -> {});
                  verdict = verdict.or(() -> endCondition.exitCode(reply.instances()));
                  endIfRead();
                })
                .onComplete(_ -> look(show));
          }
        });
  }

  /// Prints logs that have appeared since the last check.
  private Future<List<LogPosition>> tail(GodReply reply) {
    return tail(LogLabels.of(reply.instances(), options.streams()), newLines(), Long.MAX_VALUE);
  }

  private LogFilter newLines() {
    LogFilter filter = options.filter();
    Instant began = places.startedAt();
    Instant since = filter.since().filter(began::isBefore).orElse(began);
    return new LogFilter(Optional.of(since), filter.until(), filter.grep(), filter.ignoreCase());
  }

  private void endIfRead() {
    if (reading == 0) {
      verdict.ifPresent(ended::tryComplete);
    }
  }

  private Session session() {
    return printer.session();
  }

  private void fail(Throwable failure) {
    if (!session().isOver()) {
      ended.tryFail(failure);
    }
  }

  private boolean isOver() {
    return session().isOver() || ended.future().isComplete();
  }
}
