package io.jpm.logs.write;

import io.jpm.logs.buffer.FileWrite;
import io.jpm.logs.buffer.LogStream;
import io.jpm.logs.buffer.LogStream.Losses;
import io.jpm.os.AppendFile.Problem;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;

/// Moves the waiting output of one stream into its files. Runs on a disk thread.
///
/// Whole lines are written immediately. A line without a line end is held back for a short time, so
/// that files almost always end with a whole line and lines of different streams are not mixed.
final class StreamWriter {
  private static final Logger LOG = System.getLogger("jpm.logs");

  /// The maximum number of bytes per write.
  private static final int BATCH = 256 * 1024;

  /// The number of consecutive batches after which the disk thread serves other streams.
  private static final int BATCHES = 4;

  /// The length at which a line is written even without a line end.
  private static final int LONG_LINE = 64 * 1024;

  /// How long continuous output is gathered before a write, because one large write costs only a
  /// fraction of many small ones.
  private static final long GATHER_NANOS = TimeUnit.MILLISECONDS.toNanos(4);

  private static final long PARTIAL_NANOS = TimeUnit.MILLISECONDS.toNanos(200);
  private static final long FIRST_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long BUSY_NANOS = TimeUnit.MILLISECONDS.toNanos(20);
  private static final long FULL_NANOS = TimeUnit.MILLISECONDS.toNanos(500);

  private final LogStream stream;
  private final LogClock clock;
  private final DiskExecutor.Task task;
  private final Runnable onRoom;
  private final Sinks outlets;

  /// The time at which a line without a line end is written as it is; 0 if no such line is held
  /// back.
  private long partialAt;

  /// Whether all waiting output must be written, including a line without a line end.
  private boolean finishing;

  /// The earliest time of the next attempt after a failed write; 0 if none has failed.
  private long retryAt;

  /// The time of the last write.
  private long writtenAt = Long.MIN_VALUE / 2;

  /// Whether the next write is delayed in order to gather more output.
  private volatile boolean gathering;

  /// Whether this writer has written anything.
  private boolean begun;

  /// Whether this writer has finished. Another writer may then write the stream.
  private boolean retired;

  /// The last known problem that may cause lines to be dropped.
  private Problem lastProblem = Problem.NONE;

  /// @param diskExecutor the disk thread
  /// @param stream the stream to write
  /// @param clock the clocks
  /// @param onRoom runs whenever space in the log buffer becomes free
  StreamWriter(
      DiskExecutor diskExecutor, LogStream stream, LogClock clock, Sinks outlets, Runnable onRoom) {
    this.stream = stream;
    this.clock = clock;
    this.outlets = outlets;
    this.onRoom = onRoom;
    this.task = diskExecutor.new Task(this::step);
  }

  /// The destinations of a stream.
  ///
  /// @param targets the files; the first file determines the progress, the others receive what they
  ///   accept
  /// @param layout the format of lines in the files
  /// @param tap receives written output
  record Sinks(List<FileSink> targets, LogLayout layout, OutputObserver tap) {
    LogFileWriter first() {
      return targets.getFirst().target();
    }
  }

  /// Receives output that was written.
  interface OutputObserver {
    /// Receives output that is now in the file.
    ///
    /// @param bytes the bytes as the app wrote them: whole lines, or the beginning of a line that
    ///   continues
    void onOutput(List<ByteBuffer> bytes, Instant at);
  }

  /// Schedules a step. May be called on any thread.
  void wake() {
    task.wake();
  }

  /// Reports new output. May be called on any thread.
  ///
  /// @param waiting the total number of waiting bytes
  void outputArrived(long waiting) {
    if (!gathering || waiting >= BATCH) {
      task.wake();
    }
  }

  Sinks sinks() {
    return outlets;
  }

  /// Completes the write that was in progress when an earlier daemon died. Must precede all other
  /// steps.
  ///
  /// @param happened whether that write is in its file
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
      LogLayout.FormattedBytes next =
          outlets.layout().format(LineBreaks.behind(bytes, laid), true, clock.instant());
      laid += next.consumed();
      for (int i = write.target() + (isThere ? 1 : 0); i < outlets.targets().size(); i++) {
        outlets.targets().get(i).write(stream, next.bytes(), (_, _, _) -> {}, this::notice);
      }
    }
    stream.done();
  }

  /// Writes all waiting output, including a last line without a line end, as far as the files
  /// accept it. Nothing is written afterwards.
  ///
  /// @param wanted checked before each batch; `false` cancels the remaining batches
  void finish(BooleanSupplier wanted) {
    finishing = true;
    while (!retired && wanted.getAsBoolean() && batch()) {
      // Repeat until nothing is left or the files accept nothing more.
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

  /// Writes one batch.
  ///
  /// @return whether more output can be written immediately
  private boolean batch() {
    List<ByteBuffer> waiting = stream.waiting(batchBytes());
    // The order matters: lines that are dropped from now on belong after the waiting bytes.
    Losses losses = stream.droppedTotals();
    if (losses.lines() > losses.reported()) {
      return reportDroppedLines(losses);
    }
    if (waiting.isEmpty()) {
      partialAt = 0;
      if (!outlets.first().writePending()) {
        tryLater(Problem.BUSY);
      }
      return false;
    }
    Instant now = clock.instant();
    LogLayout.FormattedBytes formattedBytes =
        outlets.layout().format(waiting, partialIsDue(waiting), now);
    if (formattedBytes.consumed() == 0) {
      waitForItsEnd();
      return false;
    }
    if (!written(stream, formattedBytes.bytes(), formattedBytes.consumed(), losses.lines())) {
      return false;
    }
    partialAt = 0;
    begun = true;
    writtenAt = clock.nanos();
    lastProblem = Problem.NONE;
    tell(LineBreaks.first(waiting, formattedBytes.consumed()), now);
    stream.done();
    onRoom.run();
    return true;
  }

  /// Returns the maximum size of a batch. A batch must not exceed the maximum size of a file.
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
      // The first line may be one that a killed daemon read only in part. The rest is in the pipe,
      // which is about to be read, so this line has more time.
      long timeout = begun ? PARTIAL_NANOS : FIRST_NANOS;
      partialAt = clock.nanos() + timeout | 1;
      task.wakeAfter(timeout);
    }
  }

  private boolean reportDroppedLines(Losses losses) {
    String why = lastProblem == Problem.NONE ? "the disk is too slow" : lastProblem.message();
    long lines = losses.lines() - losses.reported();
    if (!written(LogFileWriter.NOTICE, List.of(notice(lines, why)), 0, losses.lines())) {
      return false;
    }
    stream.done();
    LOG.log(Level.WARNING, "{0}: {1} dropped ({2})", outlets.first().path(), amount(lines), why);
    return true;
  }

  private ByteBuffer notice(long lines, String why) {
    String text = "… %s dropped (%s)".formatted(amount(lines), why);
    return outlets.layout().formatNotice(text, clock.instant());
  }

  private static String amount(long lines) {
    return lines == 1 ? "1 line" : lines + " lines";
  }

  /// Passes output to the tap. If the tap fails, writing continues.
  private void tell(List<ByteBuffer> bytes, Instant now) {
    try {
      outlets.tap().onOutput(bytes, now);
    } catch (RuntimeException fault) {
      LOG.log(Level.ERROR, "cannot publish log lines", fault);
    }
  }

  /// Calls [#write], and removes the record of the write after an unexpected exception.
  private boolean written(Object writer, List<ByteBuffer> bytes, int consumed, long told) {
    boolean returned = false;
    try {
      boolean done = write(writer, bytes, consumed, told);
      returned = true;
      return done;
    } finally {
      if (!returned) {
        stream.abandon();
        tryLater(Problem.BROKEN); // a bug: must not repeat at full speed
      }
    }
  }

  /// Writes to all files.
  ///
  /// @return whether the first file has accepted the bytes; otherwise the write is tried again
  ///   later
  private boolean write(Object writer, List<ByteBuffer> bytes, int consumed, long told) {
    for (int i = 0; i < outlets.targets().size(); i++) {
      int number = i;
      FileSink fileSink = outlets.targets().get(i);
      LogFileWriter.WriteObserver writeObserver =
          (key, offset, length) ->
              stream.begin(
                  new FileWrite(number, key.device(), key.inode(), offset, length, consumed, told));
      if (i == 0) {
        Problem problem = writeFirst(fileSink.target(), writer, bytes, writeObserver);
        if (problem != Problem.NONE) {
          tryLater(problem);
          return false;
        }
      } else {
        fileSink.write(writer, bytes, writeObserver, this::notice);
      }
    }
    return true;
  }

  private Problem writeFirst(
      LogFileWriter target,
      Object writer,
      List<ByteBuffer> bytes,
      LogFileWriter.WriteObserver writeObserver) {
    Problem problem = target.write(writer, bytes, writeObserver);
    if (problem != Problem.NONE) {
      stream.abandon();
    }
    return problem;
  }

  private void tryLater(Problem problem) {
    if (problem != lastProblem) {
      lastProblem = problem;
      LOG.log(Level.WARNING, "{0}: {1}", outlets.first().path(), problem.message());
    }
    long pause = problem == Problem.BUSY ? BUSY_NANOS : FULL_NANOS;
    retryAt = clock.nanos() + pause | 1;
    task.wakeAfter(pause);
  }
}
