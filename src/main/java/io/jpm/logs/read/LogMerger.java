package io.jpm.logs.read;

import io.jpm.bus.logs.LogsReply;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.PriorityQueue;

/// Merges the next lines of several logs in the order of their capture times. Lines of the same log
/// keep their order.
final class LogMerger {
  private final List<LogCursor> cursors;
  private final LineFilter filter;
  private final ReadBudget readBudget;
  private final List<LogsReply.Line> lines = new ArrayList<>();

  /// A log and the capture time of its next line.
  private record Head(long time, int index, LogCursor cursor) {}

  LogMerger(List<LogCursor> cursors, LineFilter filter, ReadBudget readBudget) {
    this.cursors = cursors;
    this.filter = filter;
    this.readBudget = readBudget;
  }

  List<LogsReply.Line> read() {
    var heads =
        new PriorityQueue<Head>(Comparator.comparingLong(Head::time).thenComparingInt(Head::index));
    for (int i = 0; i < cursors.size(); i++) {
      LogCursor cursor = cursors.get(i);
      if (cursor.hasNext()) {
        heads.add(new Head(cursor.time(), i, cursor));
      }
    }
    while (!readBudget.isSpent()) {
      Head head = heads.poll();
      if (head == null) {
        break;
      }
      Head next = heads.peek();
      long turn = next == null ? Long.MAX_VALUE : next.time();
      read(head, turn);
      if (head.cursor().hasNext()) {
        heads.add(new Head(head.cursor().time(), head.index(), head.cursor()));
      }
    }
    return lines;
  }

  /// Reads the next line of one log, and the lines after it that were captured before `turn`.
  private void read(Head head, long turn) {
    LogCursor cursor = head.cursor();
    long time = head.time();
    do {
      take(cursor, time);
      if (readBudget.isSpent() || !cursor.hasNext()) {
        return;
      }
      time = cursor.time();
    } while (time < turn);
  }

  private void take(LogCursor cursor, long time) {
    if (time > filter.until()) {
      cursor.skipRest();
      return;
    }
    String text = cursor.line();
    readBudget.addWork(cursor.takeBytesRead() * filter.workPerByte());
    if (text != null && filter.matches(time, text)) {
      lines.add(
          new LogsReply.Line(cursor.log(), Instant.ofEpochMilli(time), text, cursor.position()));
      readBudget.addLine(text);
    }
  }
}
