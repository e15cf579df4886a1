package io.jpm.command;

import io.jpm.bus.god.InstanceView;
import io.jpm.bus.logs.LogFilter;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogSearch;
import io.jpm.bus.logs.LogSearch.Span;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.model.RunAs;
import io.jpm.wire.CommandReply;
import io.jpm.wire.CommandReply.Line;
import io.jpm.wire.CommandRequest;
import io.jpm.wire.CommandRequest.Stream;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;

/// Reads the last log lines of some instances. If the text exceeds the maximum size of a reply, the
/// oldest lines are omitted and counted.
final class LogTailReader {
  private static final Path NOWHERE = Path.of("/dev/null");

  /// The maximum amount of text in one reply, in characters.
  private static final long MOST_TEXT = 2 << 20;

  private final ServiceClient serviceClient;
  private final int lines;
  private final Map<Path, Source> sources;
  private final Deque<Line> kept = new ArrayDeque<>();
  private long text;
  private long leftOut;

  /// The instance and stream to which a log belongs.
  private record Source(String app, OptionalInt id, Stream stream, RunAs runAs) {}

  /// @param instances the instances whose logs are read
  LogTailReader(
      ServiceClient serviceClient, CommandRequest.Logs request, List<InstanceView> instances) {
    this.serviceClient = serviceClient;
    this.lines = request.lines();
    this.sources = sources(request, instances);
  }

  Future<CommandReply> read() {
    List<LogSearch> searches = sources.keySet().stream().map(LogSearch::of).toList();
    return (searches.isEmpty() ? Future.<Void>succeededFuture() : search(searches))
        .map(_ -> new CommandReply.Lines(List.copyOf(kept), leftOut));
  }

  private static Map<Path, Source> sources(
      CommandRequest.Logs request, List<InstanceView> instances) {
    Map<Path, Source> sources = new LinkedHashMap<>();
    for (InstanceView instance : instances) {
      if (request.stream().orElse(Stream.OUT) == Stream.OUT) {
        add(sources, instance.outFile(), Stream.OUT, instance);
      }
      if (request.stream().orElse(Stream.ERR) == Stream.ERR) {
        add(sources, instance.errorFile(), Stream.ERR, instance);
      }
    }
    sources.remove(NOWHERE);
    return sources;
  }

  /// Adds a log. A file that several instances write to has no instance id. A file that contains
  /// both streams of an instance counts as standard output.
  private static void add(
      Map<Path, Source> sources, Path file, Stream stream, InstanceView instance) {
    OptionalInt id = OptionalInt.of(instance.id().value());
    String app = instance.spec().name().value();
    sources.merge(
        file,
        new Source(app, id, stream, instance.spec().runAs()),
        (first, other) ->
            first.id().equals(other.id())
                ? first
                : new Source(first.app(), OptionalInt.empty(), first.stream(), first.runAs()));
  }

  private Future<Void> search(List<LogSearch> searches) {
    Map<Path, RunAs> users = new LinkedHashMap<>();
    sources.forEach((log, source) -> {
      if (source.runAs().user().isPresent()) {
        users.put(log, source.runAs());
      }
    });
    return serviceClient
        .lines(new LogsCommand.Seek(searches, LogFilter.ALL, lines, true, users))
        .compose(reply ->
            switch (reply.next()) {
              case LogsReply.Searches found when found.done() ->
                  pages(found.all().stream().map(one -> one.span().orElseThrow()).toList());
              case LogsReply.Searches(List<LogSearch> begun) -> search(begun);
              case LogsReply.Positions _ ->
                  Future.failedFuture(
                      new IllegalStateException(
                          "LogAggregator replied to a search with positions"));
            });
  }

  private Future<Void> pages(List<Span> spans) {
    if (spans.stream().allMatch(span -> span.from().equals(span.to()))) {
      return Future.succeededFuture();
    }
    return serviceClient
        .lines(new LogsCommand.Read(spans, LogFilter.ALL))
        .compose(reply -> {
          reply.lines().forEach(this::keep);
          return switch (reply.next()) {
            case LogsReply.Positions(List<LogPosition> all, boolean more) ->
                more ? pages(onwards(all, spans)) : Future.succeededFuture();
            case LogsReply.Searches _ ->
                Future.failedFuture(
                    new IllegalStateException("LogAggregator replied to a read with searches"));
          };
        });
  }

  private static List<Span> onwards(List<LogPosition> positions, List<Span> spans) {
    List<Span> rest = new ArrayList<>();
    for (int i = 0; i < positions.size(); i++) {
      rest.add(new Span(positions.get(i), spans.get(i).to()));
    }
    return rest;
  }

  private void keep(LogsReply.Line line) {
    Source source = sources.get(line.log());
    if (source == null) {
      throw new IllegalStateException(
          "LogAggregator sent a line of a log that was not requested: " + line.log());
    }
    kept.add(
        new Line(
            source.app(),
            source.id(),
            source.stream().keyword(),
            line.time().toEpochMilli(),
            line.text()));
    text += line.text().length();
    while (text > MOST_TEXT && kept.size() > 1) {
      text -= kept.removeFirst().text().length();
      leftOut++;
    }
  }
}
