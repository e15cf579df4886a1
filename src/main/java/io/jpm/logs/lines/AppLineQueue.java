package io.jpm.logs.lines;

import io.jpm.bus.logs.LogsCommand;
import io.jpm.wire.LinesMessage;
import io.jpm.wire.LinesMessage.Line;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/// Queues the unpublished lines of one app. When the queue is full, the oldest lines are dropped
/// and counted. Thread-safe, provided that the output of each stream is appended by one thread at a
/// time.
final class AppLineQueue {
  /// The maximum number of lines in one message.
  static final int BATCH_LINES = 256;

  /// The maximum size of one message, measured with [#size]. A message with a single line may be
  /// larger.
  static final int BATCH_SIZE = 128 * 1024;

  /// The maximum number of lines in the queue. It is large enough for the lines that an app prints
  /// at once when it starts, because a probe may wait for one of them.
  static final int MAX_LINES = 32 * BATCH_LINES;

  /// The maximum size of the queue, measured with [#size].
  static final int MAX_SIZE = 8 * BATCH_SIZE;

  private static final int LINE_SIZE = 64;

  private final String app;
  private final Observer observer;

  /// The framers by pipe. During a reload, an instance has two processes, whose lines must not be
  /// mixed.
  private final Map<Path, LineFramer> framers = new ConcurrentHashMap<>();

  /// This field and all fields below are guarded by `this`.
  private final Deque<Line> waiting = new ArrayDeque<>();

  private int size;
  private long next = 1;
  private long missing;
  private boolean announced;
  private boolean closed;

  /// Receives the signals of a queue, and keeps the total size of all queues.
  interface Observer {
    /// Signals that lines are available. The signal is not repeated until all of these lines have
    /// been taken.
    void linesAvailable(AppLineQueue lines);

    /// Signals that a full message is available.
    void batchAvailable();

    /// Adds `more` to the total size of all queues.
    ///
    /// @param more the difference, negative when a line has left its queue
    /// @return whether the total exceeds its limit
    boolean addWaiting(int more);
  }

  /// Returns the approximate size of a line in memory, in bytes.
  static int size(Line line) {
    return LINE_SIZE + line.text().length();
  }

  AppLineQueue(String app, Observer observer) {
    this.app = app;
    this.observer = observer;
  }

  void append(LogsCommand.Open instance, boolean error, List<ByteBuffer> bytes, Instant at) {
    int id = instance.id().value();
    long birth = instance.incarnation();
    String stream = error ? "err" : "out";
    framers
        .computeIfAbsent(error ? instance.errorFifo() : instance.outFifo(), _ -> new LineFramer())
        .frame(
            bytes,
            (text, partial, rest) -> add(new Line(id, stream, at, text, partial, rest, birth)));
  }

  /// Removes the state of the two pipes of a process that has exited.
  void removeStreams(LogsCommand.Close closed) {
    framers.remove(closed.outFifo());
    framers.remove(closed.errorFifo());
  }

  private synchronized void add(Line line) {
    if (closed) {
      return;
    }
    next++;
    waiting.add(line);
    size += size(line);
    boolean tooMuch = observer.addWaiting(size(line));
    while (!waiting.isEmpty() && (tooMuch || waiting.size() > MAX_LINES || size > MAX_SIZE)) {
      tooMuch = dropOldest();
    }
    if (!announced) {
      announced = true;
      observer.linesAvailable(this);
    }
    if (isBatch()) {
      observer.batchAvailable();
    }
  }

  private boolean dropOldest() {
    missing++;
    return remove(waiting.remove());
  }

  private boolean remove(Line line) {
    size -= size(line);
    return observer.addWaiting(-size(line));
  }

  /// Reports whether the waiting lines fill a message.
  private boolean isBatch() {
    return waiting.size() >= BATCH_LINES || size >= BATCH_SIZE;
  }

  /// The result of [#take].
  ///
  /// @param message the message to publish; empty if no lines wait
  /// @param left whether more lines wait; no further signal is sent for them
  /// @param full whether the remaining lines fill another message
  record Batch(Optional<LinesMessage> message, boolean left, boolean full) {}

  synchronized Batch take() {
    long first = next - waiting.size();
    List<Line> lines = new ArrayList<>(Math.min(waiting.size(), BATCH_LINES));
    int taken = 0;
    for (@Nullable Line line = waiting.peek();
        line != null && fits(lines, taken + size(line));
        line = waiting.peek()) {
      taken += size(line);
      lines.add(line);
      waiting.remove();
      remove(line);
    }
    long gap = missing;
    missing = 0;
    announced = !waiting.isEmpty();
    return new Batch(
        lines.isEmpty() && gap == 0
            ? Optional.empty()
            : Optional.of(new LinesMessage(app, first, gap, lines)),
        announced,
        isBatch());
  }

  private static boolean fits(List<Line> lines, int size) {
    return lines.isEmpty() || (lines.size() < BATCH_LINES && size <= BATCH_SIZE);
  }

  /// Discards all waiting lines and ignores later ones, because no subscriber is left.
  synchronized void close() {
    closed = true;
    while (!waiting.isEmpty()) {
      remove(waiting.remove());
    }
    missing = 0;
  }
}
