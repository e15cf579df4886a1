package io.jpm.logs.read;

import com.google.re2j.PatternSyntaxException;
import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogPosition.Active;
import io.jpm.bus.logs.LogSearch;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.bus.logs.LogsReply;
import io.jpm.bus.logs.LogsReply.Positions;
import io.jpm.logs.read.LogChain.ChainPosition;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Answers queries for log lines: [LogsCommand.Seek], [LogsCommand.Read] and [LogsCommand.Follow].
/// A log that does not exist has no lines.
///
/// All methods block and may be called on several threads at the same time. A single query may take
/// a second.
public final class LogReader implements AutoCloseable {
  /// The time without a write after which a last line without a line end is returned. Such a line
  /// may be a prompt, or the last output of an app that died.
  private static final Duration QUIET = Duration.ofSeconds(1);

  private final LogStore store;

  /// Creates a reader of the logs of one home.
  ///
  /// @param home the daemon's home directory, which contains the time indexes and the daemon's own
  ///   log
  /// @param access opens log files
  /// @param clock the wall clock, used to determine how long ago a file was written to
  public LogReader(Path home, LogFileAccess access, InstantSource clock) {
    this.store = new LogStore(home, access, clock);
  }

  /// Continues searches. Each search finds the position at which the last matching lines of one log
  /// begin.
  ///
  /// @return [LogsReply.Lines] with [LogsReply.Searches], or [LogsReply.Failed] if the pattern is
  ///   not valid
  public LogsReply seek(LogsCommand.Seek seek) {
    try {
      var filter = new LineFilter(seek.filter());
      var readBudget = new ReadBudget(1);
      List<LogChain> chains = store.chains(seek.searches().stream().map(LogSearch::log).toList());
      List<LogSearch> next = new ArrayList<>();
      var seeker = new LogSeeker(store, seek, filter, readBudget);
      for (int i = 0; i < chains.size(); i++) {
        next.add(seeker.advance(chains.get(i), seek.searches().get(i)));
      }
      return new LogsReply.Lines(List.of(), new LogsReply.Searches(next));
    } catch (PatternSyntaxException none) {
      return failed(none);
    } finally {
      store.forgetOld();
    }
  }

  /// Returns the lines of several sections, as many as fit into one reply.
  ///
  /// @return [Positions], or [LogsReply.Failed] if the pattern is not valid
  public LogsReply read(LogsCommand.Read read) {
    List<LogChain> chains =
        store.chains(read.spans().stream().map(span -> span.from().log()).toList());
    var readBudget = new ReadBudget(chains.size());
    List<LogCursor> cursors = new ArrayList<>();
    for (int i = 0; i < chains.size(); i++) {
      LogSearch.Span span = read.spans().get(i);
      LogChain chain = chains.get(i);
      cursors.add(
          new LogCursor(
              store, chain, span.from(), chain.resolve(span.to()), readBudget.bufferBytes()));
    }
    try {
      return page(cursors, new LineFilter(read.filter()), readBudget);
    } catch (PatternSyntaxException none) {
      return failed(none);
    } finally {
      store.forgetOld();
    }
  }

  private static LogsReply page(List<LogCursor> cursors, LineFilter filter, ReadBudget readBudget) {
    try {
      List<LogsReply.Line> lines = new LogMerger(cursors, filter, readBudget).read();
      return new LogsReply.Lines(
          lines,
          new Positions(
              cursors.stream().map(LogCursor::position).toList(),
              cursors.stream().anyMatch(LogCursor::isUnfinished)));
    } finally {
      cursors.forEach(LogCursor::close);
    }
  }

  private static LogsReply failed(PatternSyntaxException none) {
    return new LogsReply.Failed(
        "the pattern is not a valid regular expression: " + none.getMessage());
  }

  /// Returns the lines that were written after the positions in `follow`, if any. Does not wait for
  /// new lines. For a log that has not changed, only the attributes of its file are read.
  ///
  /// @return [Positions], or [LogsReply.Failed] if the pattern is not valid
  public LogsReply follow(LogsCommand.Follow follow) {
    List<LogPosition> positions = new ArrayList<>(follow.positions());
    List<Integer> changed = new ArrayList<>();
    for (int i = 0; i < positions.size(); i++) {
      if (hasChanged(positions.get(i))) {
        changed.add(i);
      }
    }
    List<LogChain> chains =
        store.chains(changed.stream().map(i -> positions.get(i).log()).toList());
    var readBudget = new ReadBudget(changed.size());
    List<LogCursor> cursors = new ArrayList<>();
    for (int i = 0; i < chains.size(); i++) {
      LogChain chain = chains.get(i);
      LogPosition from = positions.get(changed.get(i));
      cursors.add(new LogCursor(store, chain, from, end(chain, from), readBudget.bufferBytes()));
    }
    try {
      LogsReply reply = page(cursors, new LineFilter(follow.filter()), readBudget);
      if (!(reply instanceof LogsReply.Lines(var lines, Positions(var moved, boolean more)))) {
        return reply;
      }
      for (int i = 0; i < chains.size(); i++) {
        LogPosition now = moved.get(i);
        boolean all = !cursors.get(i).isUnfinished();
        positions.set(changed.get(i), all ? seen(chains.get(i), now) : now);
      }
      return new LogsReply.Lines(lines, new Positions(positions, more));
    } catch (PatternSyntaxException none) {
      return failed(none);
    } finally {
      store.forgetOld();
    }
  }

  private boolean hasChanged(LogPosition position) {
    if (!(position.part() instanceof Active(Instant after, String key))) {
      return true;
    }
    Optional<LogFile> now = LogFile.active(position.log(), after);
    if (now.isEmpty()) {
      return !key.isEmpty();
    }
    LogFile file = now.get();
    boolean same = file.key().equals(key) && file.bytes() == position.scannedTo();
    return !same || (position.offset() < file.bytes() && isQuiet(file));
  }

  private boolean isQuiet(LogFile file) {
    return file.modified().isBefore(store.now().minus(QUIET));
  }

  /// Returns the position after the last complete line, or the end of the file if nothing has been
  /// written to it for a while.
  private ChainPosition end(LogChain chain, LogPosition position) {
    int last = chain.files().size() - 1;
    if (last < 0) {
      return new ChainPosition(0, 0);
    }
    LogFile file = chain.files().get(last);
    if (!(file.part() instanceof Active) || isQuiet(file)) {
      return new ChainPosition(last, file.end());
    }
    ChainPosition begin = chain.resolve(position);
    boolean same = begin.index() == last && begin.offset() == position.offset();
    long offset = begin.index() == last ? begin.offset() : 0;
    long seen = same ? Math.min(position.scannedTo(), file.bytes()) : offset;
    try {
      long end = BackwardNewlineScanner.last(store.bytes(file, 0), seen, file.bytes());
      return new ChainPosition(last, end == seen ? offset : end);
    } catch (IOException unreadable) {
      // Reading the lines will report the error.
      return new ChainPosition(last, file.bytes());
    }
  }

  /// Returns a copy of `position` that records that no further line ends before the current end of
  /// the file.
  private static LogPosition seen(LogChain chain, LogPosition position) {
    if (chain.files().isEmpty()) {
      return position;
    }
    LogFile last = chain.files().getLast();
    return last.part() instanceof Active && position.part().equals(last.part())
        ? new LogPosition(
            position.log(),
            position.part(),
            position.offset(),
            Math.max(position.offset(), last.bytes()))
        : position;
  }

  /// Closes all files.
  @Override
  public void close() {
    store.close();
  }
}
