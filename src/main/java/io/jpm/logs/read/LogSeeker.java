package io.jpm.logs.read;

import io.jpm.bus.logs.LogPosition;
import io.jpm.bus.logs.LogSearch;
import io.jpm.bus.logs.LogSearch.Decompression;
import io.jpm.bus.logs.LogSearch.Span;
import io.jpm.bus.logs.LogsCommand;
import io.jpm.logs.read.LogChain.ChainPosition;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Arrays;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Finds the position at which the last matching lines of a log begin. Plain files are read
/// backwards in blocks. Compressed files are read forwards: once to count the lines, and a second
/// time to find the first line if there are more lines than requested.
final class LogSeeker {
  private static final int BLOCK_BYTES = 64 * 1024;

  private final LogStore store;
  private final LogsCommand.Seek seek;
  private final LineFilter filter;
  private final ReadBudget readBudget;
  private @Nullable TimeIndexReader times;
  private @Nullable Path timesOf;

  LogSeeker(LogStore store, LogsCommand.Seek seek, LineFilter filter, ReadBudget readBudget) {
    this.store = store;
    this.seek = seek;
    this.filter = filter;
    this.readBudget = readBudget;
  }

  /// Continues a search until it is done or the budget is spent.
  LogSearch advance(LogChain chain, LogSearch search) {
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
      var nowhere = LogPosition.startOf(search.log());
      return search.finished(new Span(nowhere, nowhere));
    }
    LogFile file = chain.files().get(last);
    long end = file.end();
    if (!seek.unfinished() && file.part() instanceof LogPosition.Active) {
      end = BackwardNewlineScanner.last(store.bytes(file, 0), 0, file.bytes());
    }
    LogPosition to = chain.position(new ChainPosition(last, end));
    if (seek.lines() == 0) {
      return search.finished(new Span(to, to));
    }
    return seek.lines() == Long.MAX_VALUE
        ? search.finished(new Span(chain.position(since(chain)), to))
        : search.extended(new Span(to, to), 0);
  }

  /// Returns the position of the first line that is not too old for the filter.
  private ChainPosition since(LogChain chain) throws IOException {
    for (int i = chain.files().size() - 1; i >= 0; i--) {
      LogFile file = chain.files().get(i);
      if (isTooOld(file)) {
        return new ChainPosition(i + 1, 0);
      }
      boolean stamped = chain.log().equals(store.daemonLog());
      long offset =
          stamped || filter.since() == Long.MIN_VALUE
              ? 0
              : times(chain, file).after(filter.since() - 1);
      if (offset == Long.MAX_VALUE) {
        return new ChainPosition(i + 1, 0);
      }
      if (offset > 0) {
        return new ChainPosition(i, lineStart(chain, i, offset));
      }
    }
    return new ChainPosition(0, 0);
  }

  /// Returns the start of the first line that begins at or after `offset`.
  private long lineStart(LogChain chain, int index, long offset) throws IOException {
    try (var lines = lines(chain, new ChainPosition(index, offset - 1))) {
      lines.line(LogPosition.END);
      readBudget.addWork(offset);
      return lines.offset();
    }
  }

  /// Reports whether all lines of a file are too old, which follows from its rotation time.
  private boolean isTooOld(LogFile file) {
    Instant at = file.rotatedAt();
    return !at.equals(Instant.MAX) && at.toEpochMilli() < filter.since();
  }

  private LogSearch step(LogChain chain, LogSearch search) throws IOException {
    Span span = search.span().orElseThrow();
    ChainPosition begin = chain.resolve(span.from());
    int index = Math.min(begin.index(), chain.files().size() - 1);
    long to = index < begin.index() ? LogPosition.END : begin.offset();
    if (to == 0) {
      index--;
      to = LogPosition.END;
    }
    if (index < 0 || isTooOld(chain.files().get(index))) {
      return search.finished(span);
    }
    LogFile file = chain.files().get(index);
    return file.isCompressed()
        ? unpacked(chain, search, new ChainPosition(index, to))
        : block(chain, search, new ChainPosition(index, Math.min(to, file.bytes())));
  }

  /// Searches the lines in the block before `to`.
  private LogSearch block(LogChain chain, LogSearch search, ChainPosition to) throws IOException {
    long start = blockStart(chain, to);
    long[] wanted = new long[64];
    int count = 0;
    boolean reached = false;
    try (var lines = lines(chain, new ChainPosition(to.index(), start))) {
      while (lines.offset() < to.offset() && !lines.atEnd()) {
        long offset = lines.offset();
        long time = time(lines);
        reached |= offset == start && time < filter.since();
        if (filter.matches(time, lines.line(LogPosition.END))) {
          wanted = count == wanted.length ? Arrays.copyOf(wanted, 2 * count) : wanted;
          wanted[count++] = offset;
        }
      }
      readBudget.addWork(lines.bytesRead() * filter.workPerByte());
    }
    long missing = seek.lines() - search.found();
    boolean enough = count >= missing;
    long begin = enough ? wanted[(int) (count - missing)] : start;
    Span span = span(chain, search, new ChainPosition(to.index(), begin));
    LogSearch next = search.extended(span, search.found() + count);
    return enough || reached ? next.finished(span) : next;
  }

  /// Returns the start of the first line in the block before `to`. If a line is longer than the
  /// block, returns the start of that line.
  private long blockStart(LogChain chain, ChainPosition to) throws IOException {
    long middle = to.offset() - BLOCK_BYTES;
    if (middle <= 0) {
      return 0;
    }
    try (var lines = lines(chain, new ChainPosition(to.index(), middle))) {
      lines.line(to.offset());
      if (lines.offset() < to.offset()) {
        return lines.offset();
      }
    }
    LogFile file = chain.files().get(to.index());
    long start = BackwardNewlineScanner.last(store.bytes(file, 0), 0, middle);
    readBudget.addWork(middle - start);
    return start;
  }

  private TimedLineReader lines(LogChain chain, ChainPosition chainPosition) {
    LogFile file = chain.files().get(chainPosition.index());
    return new TimedLineReader(store, chain, chainPosition, BLOCK_BYTES, times(chain, file));
  }

  /// Returns the time index of a file, which is cached while further blocks of the same file are
  /// searched.
  private TimeIndexReader times(LogChain chain, LogFile file) {
    TimeIndexReader known = times;
    if (known == null || !file.path().equals(timesOf)) {
      known = store.times(chain, file);
      times = known;
      timesOf = file.path();
    }
    return known;
  }

  /// Returns the capture time of the next line, or a time that always matches if the filter does
  /// not depend on the time.
  private long time(TimedLineReader lines) throws IOException {
    boolean matters = filter.since() != Long.MIN_VALUE || filter.until() != Long.MAX_VALUE;
    return matters ? lines.time() : filter.until();
  }

  private LogSearch unpacked(LogChain chain, LogSearch search, ChainPosition to)
      throws IOException {
    Decompression state = search.decompression().orElse(new Decompression(0, 0, -1));
    long count = state.count();
    try (var lines = lines(chain, new ChainPosition(to.index(), state.offset()))) {
      long before = 0;
      while (!readBudget.isSpent()) {
        if (lines.offset() >= to.offset() || lines.atEnd()) {
          return counted(chain, search, to.index(), count);
        }
        long offset = lines.offset();
        if (filter.matches(time(lines), lines.line(LogPosition.END)) && count++ == state.skip()) {
          return search.finished(span(chain, search, new ChainPosition(to.index(), offset)));
        }
        readBudget.addWork((lines.bytesRead() - before) * filter.workPerByte());
        before = lines.bytesRead();
      }
      return search.suspended(new Decompression(lines.offset(), count, state.skip()));
    }
  }

  private LogSearch counted(LogChain chain, LogSearch search, int index, long count) {
    long missing = seek.lines() - search.found();
    return count > missing
        ? search.suspended(new Decompression(0, 0, count - missing))
        : search.extended(span(chain, search, new ChainPosition(index, 0)), search.found() + count);
  }

  private static Span span(LogChain chain, LogSearch search, ChainPosition begin) {
    return new Span(chain.position(begin), search.span().orElseThrow().to());
  }

  /// Ends the search at a file that cannot be read. The lines of this file are not counted; reading
  /// them will report the error.
  private LogSearch beforeUnreadable(LogChain chain, LogSearch search) {
    Optional<Span> span = search.span();
    if (span.isEmpty()) {
      LogPosition end = chain.position(new ChainPosition(chain.files().size(), 0));
      return search.finished(new Span(end, end));
    }
    return search.finished(span.get());
  }
}
