package io.jpm.logs.read;

import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogSearch;
import io.jpm.bus.logs.LogSearch.Span;
import io.jpm.bus.logs.LogSearch.Unpacking;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.logs.read.LogChain.Place;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the start of the last matching lines of a log. Plain files are read backwards in blocks.
/// Compressed files are read forwards: once to count the lines, and again to find the first one if
/// there are more than requested.
final class LogSeeker {
  private static final int BLOCK_BYTES = 64 * 1024;

  private final LogStore store;
  private final LogsCommand.Seek seek;
  private final LineFilter filter;
  private final ReadBudget readBudget;
  private @Nullable FileTimes times;
  private @Nullable Path timesOf;

  LogSeeker(LogStore store, LogsCommand.Seek seek, LineFilter filter, ReadBudget readBudget) {
    this.store = store;
    this.seek = seek;
    this.filter = filter;
    this.readBudget = readBudget;
  }

  /// Continues a search until it is done or the budget is spent.
  LogSearch advanced(LogChain chain, LogSearch search) {
    LogSearch now = search;
    while (!now.done() && !readBudget.isSpent()) {
      try {
        now = now.span().isEmpty() ? begun(chain, now) : step(chain, now);
      } catch (NoSuchFileException rotated) {
        return now; // the next request finds it at its new path
      } catch (IOException unreadable) {
        now = beforeUnreadable(chain, now);
      }
    }
    return now;
  }

  private LogSearch begun(LogChain chain, LogSearch search) throws IOException {
    int last = chain.files().size() - 1;
    if (last < 0) {
      var nowhere = LogPosition.nowhere(search.log());
      return search.over(new Span(nowhere, nowhere));
    }
    LogFile file = chain.files().get(last);
    long end = file.end();
    if (!seek.unfinished() && file.part() instanceof LogPosition.Active) {
      end = LineEnds.last(store.bytes(file, 0), 0, file.bytes());
    }
    LogPosition to = chain.position(new Place(last, end));
    if (seek.lines() == 0) {
      return search.over(new Span(to, to));
    }
    return seek.lines() == Long.MAX_VALUE
        ? search.over(new Span(chain.position(since(chain)), to))
        : search.at(new Span(to, to), 0);
  }

  /// Returns the start of the lines that are not older than the filter permits.
  private Place since(LogChain chain) throws IOException {
    for (int i = chain.files().size() - 1; i >= 0; i--) {
      LogFile file = chain.files().get(i);
      if (isTooOld(file)) {
        return new Place(i + 1, 0);
      }
      boolean stamped = chain.log().equals(store.daemonLog());
      long offset =
          stamped || filter.since() == Long.MIN_VALUE
              ? 0
              : times(chain, file).after(filter.since() - 1);
      if (offset == Long.MAX_VALUE) {
        return new Place(i + 1, 0);
      }
      if (offset > 0) {
        return new Place(i, lineStart(chain, i, offset));
      }
    }
    return new Place(0, 0);
  }

  /// Returns the start of the first line that begins at or after `offset`.
  private long lineStart(LogChain chain, int index, long offset) throws IOException {
    try (var lines = lines(chain, new Place(index, offset - 1))) {
      lines.line(LogPosition.END);
      readBudget.worked(offset);
      return lines.offset();
    }
  }

  /// Reports whether all lines of a file are too old. They were captured before its rotation.
  private boolean isTooOld(LogFile file) {
    Instant at = file.rotatedAt();
    return !at.equals(Instant.MAX) && at.toEpochMilli() < filter.since();
  }

  private LogSearch step(LogChain chain, LogSearch search) throws IOException {
    Span span = search.span().orElseThrow();
    Place begin = chain.find(span.from());
    int index = Math.min(begin.index(), chain.files().size() - 1);
    long to = index < begin.index() ? LogPosition.END : begin.offset();
    if (to == 0) {
      index--;
      to = LogPosition.END;
    }
    if (index < 0 || isTooOld(chain.files().get(index))) {
      return search.over(span);
    }
    LogFile file = chain.files().get(index);
    return file.packed()
        ? unpacked(chain, search, new Place(index, to))
        : block(chain, search, new Place(index, Math.min(to, file.bytes())));
  }

  /// Searches the lines in the block before `to`.
  private LogSearch block(LogChain chain, LogSearch search, Place to) throws IOException {
    long start = blockStart(chain, to);
    long[] wanted = new long[64];
    int count = 0;
    boolean reached = false;
    try (var lines = lines(chain, new Place(to.index(), start))) {
      while (lines.offset() < to.offset() && !lines.atEnd()) {
        long offset = lines.offset();
        long time = time(lines);
        reached |= offset == start && time < filter.since();
        if (filter.wants(time, lines.line(LogPosition.END))) {
          wanted = count == wanted.length ? Arrays.copyOf(wanted, 2 * count) : wanted;
          wanted[count++] = offset;
        }
      }
      readBudget.worked(lines.work() * filter.workPerByte());
    }
    long missing = seek.lines() - search.found();
    boolean enough = count >= missing;
    long begin = enough ? wanted[(int) (count - missing)] : start;
    Span span = span(chain, search, new Place(to.index(), begin));
    LogSearch next = search.at(span, search.found() + count);
    return enough || reached ? next.over(span) : next;
  }

  /// Returns the start of the first line in the block before `to`, or of the line that is longer
  /// than the block.
  private long blockStart(LogChain chain, Place to) throws IOException {
    long middle = to.offset() - BLOCK_BYTES;
    if (middle <= 0) {
      return 0;
    }
    try (var lines = lines(chain, new Place(to.index(), middle))) {
      lines.line(to.offset());
      if (lines.offset() < to.offset()) {
        return lines.offset();
      }
    }
    LogFile file = chain.files().get(to.index());
    long start = LineEnds.last(store.bytes(file, 0), 0, middle);
    readBudget.worked(middle - start);
    return start;
  }

  private PartLines lines(LogChain chain, Place place) {
    LogFile file = chain.files().get(place.index());
    return new PartLines(store, chain, place, BLOCK_BYTES, times(chain, file));
  }

  /// Returns the time index of a file, which is kept for the following blocks of the same file.
  private FileTimes times(LogChain chain, LogFile file) {
    FileTimes known = times;
    if (known == null || !file.path().equals(timesOf)) {
      known = store.times(chain, file);
      times = known;
      timesOf = file.path();
    }
    return known;
  }

  /// Returns the capture time of the next line if the filter depends on it.
  private long time(PartLines lines) throws IOException {
    boolean matters = filter.since() != Long.MIN_VALUE || filter.until() != Long.MAX_VALUE;
    return matters ? lines.time() : filter.until();
  }

  private LogSearch unpacked(LogChain chain, LogSearch search, Place to) throws IOException {
    Unpacking state = search.unpacking().orElse(new Unpacking(0, 0, -1));
    long count = state.count();
    try (var lines = lines(chain, new Place(to.index(), state.offset()))) {
      long before = 0;
      while (!readBudget.isSpent()) {
        if (lines.offset() >= to.offset() || lines.atEnd()) {
          return counted(chain, search, to.index(), count);
        }
        long offset = lines.offset();
        if (filter.wants(time(lines), lines.line(LogPosition.END)) && count++ == state.skip()) {
          return search.over(span(chain, search, new Place(to.index(), offset)));
        }
        readBudget.worked((lines.work() - before) * filter.workPerByte());
        before = lines.work();
      }
      return search.unpacking(new Unpacking(lines.offset(), count, state.skip()));
    }
  }

  private LogSearch counted(LogChain chain, LogSearch search, int index, long count) {
    long missing = seek.lines() - search.found();
    return count > missing
        ? search.unpacking(new Unpacking(0, 0, count - missing))
        : search.at(span(chain, search, new Place(index, 0)), search.found() + count);
  }

  private static Span span(LogChain chain, LogSearch search, Place begin) {
    return new Span(chain.position(begin), search.span().orElseThrow().to());
  }

  /// Ends the search at a file that cannot be read. Its lines are not counted; reading them will
  /// report the error.
  private LogSearch beforeUnreadable(LogChain chain, LogSearch search) {
    Optional<Span> span = search.span();
    if (span.isEmpty()) {
      LogPosition end = chain.position(new Place(chain.files().size(), 0));
      return search.over(new Span(end, end));
    }
    return search.over(span.get());
  }
}
