package io.jpm.console.monit;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogFilter;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogSearch;
import io.jpm.bus.logs.LogSearch.Span;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.logs.LogsReply.Positions;
import io.jpm.bus.logs.LogsReply.Searches;
import io.jpm.console.session.ConsoleTiming;
import io.jpm.console.session.DaemonClient;
import io.jpm.console.text.LogLabels;
import io.jpm.console.text.LogLabels.Streams;
import io.jpm.model.process.InstanceId;
import io.vertx.core.Future;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;

/// Fetches the last lines of one instance's logs, and new lines as long as the screen requests
/// them. If lines arrive faster than they are requested, some of them are skipped.
///
/// Confined to the session's context.
final class MonitLog {
  private static final long PAST_LINES = 300;
  private static final int MOST_LINES = 2_000;
  private static final int MOST_BEHIND = 8;
  private static final int ASKS_UNTIL_RETRY = 20;
  private static final Duration PATIENCE = Duration.ofSeconds(3);
  private static final Duration GRACE = Duration.ofSeconds(10);

  private final DaemonClient daemonClient;
  private final ConsoleTiming timing;
  private final Deque<MonitLogTail.Line> lines = new ArrayDeque<>();
  private Optional<InstanceId> instanceId = Optional.empty();
  private LogLabels labels = LogLabels.NONE;
  private long count;
  private String note = "";

  /// Identifies the selection to which a request belongs. Replies to requests for an earlier
  /// selection are ignored.
  private int generation;

  /// The positions from which to continue; empty if there is no log or a search is in progress.
  private List<LogPosition> positions = List.of();

  private boolean waiting;

  /// The number of consecutive replies that did not reach the end of the log.
  private int behind;

  /// The number of polls until an unreadable log is tried again; 0 if the log is readable.
  private int asksUntilRetry;

  MonitLog(DaemonClient daemonClient, ConsoleTiming timing) {
    this.daemonClient = daemonClient;
    this.timing = timing;
  }

  /// Switches to the log of `instance`.
  void show(Optional<InstanceView> instance) {
    generation++;
    instanceId = instance.map(InstanceView::id);
    labels = LogLabels.of(instance.stream().toList(), Streams.BOTH);
    lines.clear();
    count = 0;
    waiting = false;
    behind = 0;
    asksUntilRetry = 0;
    positions = List.of();
    note = instance.isEmpty() ? "" : labels.files().isEmpty() ? "this app has no log files" : "";
    if (!labels.files().isEmpty()) {
      seek();
    }
  }

  Optional<InstanceId> instance() {
    return instanceId;
  }

  /// Fetches new lines. Must be called whenever the screen is drawn.
  void poll() {
    if (asksUntilRetry > 0 && --asksUntilRetry == 0) {
      seek();
    }
    if (waiting || positions.isEmpty()) {
      return;
    }
    waiting = true;
    int mine = generation;
    daemonClient
        .lines(new LogsCommand.Follow(positions, LogFilter.ALL, PATIENCE), PATIENCE.plus(GRACE))
        .onComplete(reply -> {
          if (mine == generation) {
            waiting = false;
            if (reply.succeeded()) {
              followed(reply.result());
            } else {
              failed(reply.cause());
            }
          }
        });
  }

  private void followed(LogsReply.Lines reply) {
    take(reply.lines());
    if (reply.next() instanceof Positions(var all, boolean more)) {
      positions = all;
      behind = more ? behind + 1 : 0;
      if (behind > MOST_BEHIND) {
        behind = 0;
        seek();
      }
    }
  }

  /// Discards the lines that were fetched earlier, and fetches the last lines of the log again.
  private void seek() {
    int mine = generation;
    positions = List.of();
    lines.clear();
    List<LogSearch> searches = labels.files().stream().map(LogSearch::of).toList();
    search(searches, mine)
        .compose(spans -> pages(spans, mine))
        .onComplete(found -> {
          if (mine == generation) {
            if (found.succeeded()) {
              positions = found.result();
              note = lines.isEmpty() ? "no output yet" : "";
            } else {
              failed(found.cause());
            }
          }
        });
  }

  private Future<List<Span>> search(List<LogSearch> searches, int mine) {
    var seek = new LogsCommand.Seek(searches, LogFilter.ALL, PAST_LINES, false, labels.users());
    return daemonClient
        .lines(seek, timing.queryTimeout())
        .compose(reply ->
            switch (reply.next()) {
              case Searches found when found.done() || mine != generation ->
                  Future.succeededFuture(
                      found.all().stream().flatMap(one -> one.span().stream()).toList());
              case Searches(var begun) -> search(begun, mine);
              case Positions _ ->
                  Future.failedFuture(new IllegalStateException("unexpected reply to a search"));
            });
  }

  private Future<List<LogPosition>> pages(List<Span> spans, int mine) {
    List<LogPosition> ends = spans.stream().map(Span::to).toList();
    if (mine != generation || spans.stream().allMatch(span -> span.from().equals(span.to()))) {
      return Future.succeededFuture(ends);
    }
    return daemonClient
        .lines(new LogsCommand.Read(spans, LogFilter.ALL), timing.queryTimeout())
        .compose(reply -> {
          if (mine == generation) {
            take(reply.lines());
          }
          return switch (reply.next()) {
            case Positions(var all, boolean more) ->
                more ? pages(onwards(all, ends), mine) : Future.succeededFuture(all);
            case Searches _ ->
                Future.failedFuture(new IllegalStateException("unexpected reply to a read"));
          };
        });
  }

  private static List<Span> onwards(List<LogPosition> from, List<LogPosition> to) {
    List<Span> spans = new ArrayList<>();
    for (int i = 0; i < from.size(); i++) {
      spans.add(new Span(from.get(i), to.get(i)));
    }
    return spans;
  }

  private void take(List<LogsReply.Line> more) {
    for (LogsReply.Line line : more) {
      lines.add(new MonitLogTail.Line(labels.isError(line.log()), line.text()));
      count++;
      if (lines.size() > MOST_LINES) {
        lines.remove();
      }
    }
    if (!lines.isEmpty()) {
      note = "";
    }
  }

  private void failed(Throwable failure) {
    positions = List.of();
    asksUntilRetry = ASKS_UNTIL_RETRY;
    note = "cannot read the log: " + failure.getMessage();
  }

  /// Returns a snapshot of the log.
  MonitLogTail tail() {
    return new MonitLogTail(instanceId, List.copyOf(lines), count, note);
  }
}
