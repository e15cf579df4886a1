package io.jpm.logs.write;

import io.jpm.logs.memory.FileWrite;
import io.jpm.logs.memory.LogStream;
import io.jpm.logs.memory.LogStream.Losses;
import io.jpm.os.AppendFile.Problem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Moves one stream into its files. Everything runs on its lane.
///
/// Whole lines go at once. A line without an end waits a little for it, so that files end with
/// whole lines nearly always and lines of different streams do not mix.
final class StreamWriter {
  private static final Logger LOG = System.getLogger("jpm.logs");

  /// Bytes of one write at most.
  private static final int BATCH = 256 * 1024;

  /// Batches in a row before others get their turn.
  private static final int BATCHES = 4;

  /// A line of which so much is there does not wait for its end.
  private static final int LONG_LINE = 64 * 1024;

  /// Output that goes on is gathered for so long: a large write costs a fraction of many small
  /// ones.
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  private static final long PARTIAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long FULL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final LogStream stream;
  private final LogClock clock;
  private final DiskLane.Task task;
  private final Runnable onRoom;
  private final Outlets outlets;

  /// When the line without an end is written as it is; 0: there is none.
  private long partialAt;

  /// Whether all that waits is to be written, ended or not.
  private boolean finishing;

  /// Not before this is a file tried again that took nothing; 0: at any time.
  private long retryAt;

  /// When the last write ended.
  private long writtenAt = Long.MIN_VALUE / 2;

  /// Whether a little output waits for more.
  private volatile boolean gathering;

  /// Whether it has written something.
  private boolean begun;

  /// Others write this stream now.
  private boolean retired;

  /// Why lines are lost, as far as is known.
  private Problem lastProblem = Problem.NONE;

  /// @param diskLane its thread
  /// @param stream what to move
  /// @param clock the time
  /// @param onRoom told whenever there is room in the memory again
  StreamWriter(
      DiskLane diskLane, LogStream stream, LogClock clock, Outlets outlets, Runnable onRoom) {
    this.stream = stream;
    this.clock = clock;
    this.outlets = outlets;
    this.onRoom = onRoom;
    this.task = diskLane.new Task(this::step);
  }

  /// Where a stream goes.
  ///
  /// @param targets its files; the first one decides, the others get what they take
  /// @param layout how lines stand in them
  /// @param tap who sees them too
  record Outlets(List<CombinedLogFile> targets, Layout layout, Tap tap) {
    LogTarget first() {
      return targets.getFirst().target();
    }
  }

  /// Who sees lines as they come.
  interface Tap {
    /// Output that is in the file now.
    ///
    /// @param bytes as the app wrote them: whole lines, or a line whose end is still to come
    void seen(List<ByteBuffer> bytes, Instant at);
  }

  /// There is something to do. Any thread.
  void wake() {
    task.wake();
  }

  /// There is output, so much all in all. Any thread.
  void arrived(long waiting) {
    if (!gathering || waiting >= BATCH) {
      task.wake();
    }
  }

  Outlets outlets() {
    return outlets;
  }

  /// What a former daemon was about to write when it died is written, unless it is. Before any
  /// other step.
  ///
  /// @param happened whether it is in its file
  void recover(boolean happened) {
    FileWrite write = stream.unfinished().orElse(null);
    if (write == null) {
      return;
    }
    if (write.target() == 0 && !happened) {
      stream.abandon();
      return;
    }
    boolean isThere = write.target() == 0 || happened;
    List<ByteBuffer> bytes = stream.waiting(write.consumed());
    int laid = 0;
    while (laid < LineBreaks.bytes(bytes)) {
      Layout.Laid next =
          outlets.layout().lay(LineBreaks.behind(bytes, laid), true, clock.instant());
      laid += next.consumed();
      for (int i = write.target() + (isThere ? 1 : 0); i < outlets.targets().size(); i++) {
        outlets.targets().get(i).write(stream, next.bytes(), (_, _, _) -> {}, this::notice);
      }
    }
    stream.done();
  }

  /// Writes all that waits now, whether its last line has ended or not, as far as the files take
  /// it, and nothing after that.
  ///
  /// @param wanted whether that is still wanted
  void finish(BooleanSupplier wanted) {
    finishing = true;
    while (!retired && wanted.getAsBoolean() && batch()) {
      // Until nothing is left, or nothing is taken.
    }
    finishing = false;
    retired |= wanted.getAsBoolean();
  }

  private void step() {
    if (retired || (retryAt != 0 && clock.nanos() - retryAt < 0)) {
      return;
    }
    retryAt = 0;
    if (isToBeGathered()) {
      return;
    }
    for (int i = 0; i < BATCHES; i++) {
      if (!batch()) {
        return;
      }
    }
    task.wake();
  }

  private boolean isToBeGathered() {
    long left = writtenAt + GATHER_NANOS - clock.nanos();
    boolean more = left > 0 && stream.waitingBytes() < BATCH;
    if (more && !gathering) {
      task.wakeAfter(left);
    }
    gathering = more;
    return more;
  }

  /// @return whether there may be more to do at once
  private boolean batch() {
    List<ByteBuffer> waiting = stream.waiting(batchBytes());
    // In this order: what is lost from now on was behind the bytes that wait.
    Losses losses = stream.losses();
    if (losses.lines() > losses.told()) {
      return tellOfLosses(losses);
    }
    if (waiting.isEmpty()) {
      partialAt = 0;
      if (!outlets.first().isPaid()) {
        tryLater(Problem.BUSY);
      }
      return false;
    }
    Instant now = clock.instant();
    Layout.Laid laid = outlets.layout().lay(waiting, partialIsDue(waiting), now);
    if (laid.consumed() == 0) {
      waitForItsEnd();
      return false;
    }
    if (!written(stream, laid.bytes(), laid.consumed(), losses.lines())) {
      return false;
    }
    partialAt = 0;
    begun = true;
    writtenAt = clock.nanos();
    lastProblem = Problem.NONE;
    tell(LineBreaks.first(waiting, laid.consumed()), now);
    stream.done();
    onRoom.run();
    return true;
  }

  /// A file is not to become larger than it may by one batch alone.
  private int batchBytes() {
    long most = outlets.first().limits().maxSize();
    return most == 0 ? BATCH : Math.clamp(most, 4096, BATCH);
  }

  private boolean partialIsDue(List<ByteBuffer> waiting) {
    return finishing
        || (partialAt != 0 && clock.nanos() - partialAt >= 0)
        || LineBreaks.bytes(waiting) >= Math.min(LONG_LINE, batchBytes());
  }

  private void waitForItsEnd() {
    stream.abandon();
    if (partialAt == 0) {
      // What a killed daemon has left goes on in the pipe, which is about to be read.
      long patience = begun ? PARTIAL_NANOS : FIRST_NANOS;
      partialAt = clock.nanos() + patience | 1;
      task.wakeAfter(patience);
    }
  }

  private boolean tellOfLosses(Losses losses) {
    String why = lastProblem == Problem.NONE ? "the disk is too slow" : lastProblem.words();
    long lines = losses.lines() - losses.told();
    if (!written(LogTarget.NOTICE, List.of(notice(lines, why)), 0, losses.lines())) {
      return false;
    }
    stream.done();
    LOG.log(Level.WARNING, "{0}: {1} dropped ({2})", outlets.first().path(), amount(lines), why);
    return true;
  }

  private ByteBuffer notice(long lines, String why) {
    String text = "… %s dropped (%s)".formatted(amount(lines), why);
    return outlets.layout().line(text, clock.instant());
  }

  private static String amount(long lines) {
    return lines == 1 ? "1 line" : lines + " lines";
  }

  /// Whoever listens must not be able to stop the writing.
  private void tell(List<ByteBuffer> bytes, Instant now) {
    try {
      outlets.tap().seen(bytes, now);
    } catch (RuntimeException fault) {
      LOG.log(Level.ERROR, "lines were not told", fault);
    }
  }

  /// As [#write]; a fault leaves no write behind that has begun.
  private boolean written(Object writer, List<ByteBuffer> bytes, int consumed, long told) {
    boolean returned = false;
    try {
      boolean done = write(writer, bytes, consumed, told);
      returned = true;
      return done;
    } finally {
      if (!returned) {
        stream.abandon();
        tryLater(Problem.BROKEN); // a fault of ours: not again and again at full speed
      }
    }
  }

  /// Writes into all files.
  ///
  /// @return whether the first one has it; if not, it is tried again later
  private boolean write(Object writer, List<ByteBuffer> bytes, int consumed, long told) {
    for (int i = 0; i < outlets.targets().size(); i++) {
      int number = i;
      CombinedLogFile combinedLogFile = outlets.targets().get(i);
      LogTarget.Note note =
          (key, offset, length) ->
              stream.begin(
                  new FileWrite(number, key.device(), key.inode(), offset, length, consumed, told));
      if (i == 0) {
        Problem problem = writeFirst(combinedLogFile.target(), writer, bytes, note);
        if (problem != Problem.NONE) {
          tryLater(problem);
          return false;
        }
      } else {
        combinedLogFile.write(writer, bytes, note, this::notice);
      }
    }
    return true;
  }

  private Problem writeFirst(
      LogTarget target, Object writer, List<ByteBuffer> bytes, LogTarget.Note note) {
    Problem problem = target.write(writer, bytes, note);
    if (problem != Problem.NONE) {
      stream.abandon();
    }
    return problem;
  }

  private void tryLater(Problem problem) {
    if (problem != lastProblem) {
      lastProblem = problem;
      LOG.log(Level.WARNING, "{0}: {1}", outlets.first().path(), problem.words());
    }
    long pause = problem == Problem.BUSY ? BUSY_NANOS : FULL_NANOS;
    retryAt = clock.nanos() + pause | 1;
    task.wakeAfter(pause);
  }
}
