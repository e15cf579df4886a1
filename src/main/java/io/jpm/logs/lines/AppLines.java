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

/// What one app has printed and nobody has taken yet: the newest lines, and how many older ones
/// there were. Safe for many threads; each stream is moved by one at a time.
final class AppLines {
  /// How many lines one message has at most.
  static final int BATCH_LINES = 256;

  /// What one message has at most, but for one line; see [#size].
  static final int BATCH_SIZE = 128 * 1024;

  /// How many lines wait at most: as many as an app may print at once when it begins, since one of
  /// them may be what a check waits for.
  static final int MAX_LINES = 32 * BATCH_LINES;

  /// What waits at most; see [#size].
  static final int MAX_SIZE = 8 * BATCH_SIZE;

  private static final int LINE_SIZE = 64;

  private final String app;
  private final Watcher watcher;

  /// By pipe: an instance that is being replaced has two processes, whose lines must not mix.
  private final Map<Path, LineFramer> framers = new ConcurrentHashMap<>();

  /// Guarded by `this`, as all below.
  private final Deque<Line> waiting = new ArrayDeque<>();

  private int size;
  private long next = 1;
  private long missing;
  private boolean announced;
  private boolean closed;

  /// Who is told what there is, and says how much there may be.
  interface Watcher {
    /// There is something to take, said once until all of it is taken.
    void something(AppLines lines);

    /// There is a whole batch.
    void batch();

    /// So much more waits, or less.
    ///
    /// @return whether all apps together have more than may wait
    boolean waits(int more);
  }

  /// What a line has in memory, roughly, in bytes.
  static int size(Line line) {
    return LINE_SIZE + line.text().length();
  }

  AppLines(String app, Watcher watcher) {
    this.app = app;
    this.watcher = watcher;
  }

  void seen(LogsCommand.Open instance, boolean error, List<ByteBuffer> bytes, Instant at) {
    int id = instance.id().value();
    long birth = instance.birth();
    String stream = error ? "err" : "out";
    framers
        .computeIfAbsent(error ? instance.errorFifo() : instance.outFifo(), _ -> new LineFramer())
        .frame(
            bytes,
            (text, partial, rest) -> add(new Line(id, stream, at, text, partial, rest, birth)));
  }

  /// The process of these pipes is gone.
  void forget(LogsCommand.Close closed) {
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
    boolean tooMuch = watcher.waits(size(line));
    while (!waiting.isEmpty() && (tooMuch || waiting.size() > MAX_LINES || size > MAX_SIZE)) {
      tooMuch = dropOldest();
    }
    if (!announced) {
      announced = true;
      watcher.something(this);
    }
    if (isBatch()) {
      watcher.batch();
    }
  }

  private boolean dropOldest() {
    missing++;
    return remove(waiting.remove());
  }

  private boolean remove(Line line) {
    size -= size(line);
    return watcher.waits(-size(line));
  }

  /// Whether a message would be full.
  private boolean isBatch() {
    return waiting.size() >= BATCH_LINES || size >= BATCH_SIZE;
  }

  /// The next message.
  ///
  /// @param message what is to be published; empty when nothing waits
  /// @param left whether there is more to take: it is not announced again
  /// @param full whether there is a whole batch more
  record Taken(Optional<LinesMessage> message, boolean left, boolean full) {}

  synchronized Taken take() {
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
    return new Taken(
        lines.isEmpty() && gap == 0
            ? Optional.empty()
            : Optional.of(new LinesMessage(app, first, gap, lines)),
        announced,
        isBatch());
  }

  private static boolean fits(List<Line> lines, int size) {
    return lines.isEmpty() || (lines.size() < BATCH_LINES && size <= BATCH_SIZE);
  }

  /// Nobody listens any more.
  synchronized void close() {
    closed = true;
    while (!waiting.isEmpty()) {
      remove(waiting.remove());
    }
    missing = 0;
  }
}
