package io.jpm.logs.write;

import io.jpm.logs.files.LogFileNames;
import io.jpm.logs.files.TimeIndexFormat;
import io.jpm.model.AppName;
import io.jpm.model.LogLimits;
import io.jpm.model.RunAs;
import io.jpm.os.AppendFile;
import io.jpm.os.AppendFile.AppendResult;
import io.jpm.os.AppendFile.Problem;
import java.io.IOException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes, rotates, reopens and truncates one log file. Several streams on several disk threads may
/// write to it (merged instances, a combined log), so all methods that access the file acquire its
/// lock.
final class LogFileWriter {
  private static final Logger LOG = System.getLogger("jpm.logs");

  /// The minimum interval between checks of whether the file was moved away or the disk is full.
  private static final Duration LOOK = Duration.ofSeconds(1);

  /// The minimum time between two entries of the time index, in milliseconds.
  private static final long TIMES_MILLIS = 5;

  private static final long LOOK_BYTES = 8 << 20;
  private static final Duration AFTER_FAILURE = Duration.ofMinutes(1);

  /// Identifies jpm itself as the source of a line (a notice).
  static final Object NOTICE = new Object();

  /// Represents the writer of an unfinished line that was already in the file when it was opened.
  /// The stream that writes next is assumed to be that writer.
  private static final Object EARLIER = new Object();

  private final LogContext around;
  private final Path path;
  private final AppName app;
  private final RunAs owner;
  private final Path timesFile;

  /// The volatile fields are read without the lock, because the holder of the lock may be waiting
  /// for a disk.
  private volatile LogLimits limits;

  private volatile AppendFile.Key key;
  private volatile boolean regular;
  private volatile long size;

  /// The size minus the space that the file occupies on the disk; negative if it occupies more than
  /// its size.
  private volatile long holes;

  private volatile Problem problem = Problem.NONE;

  /// All fields below are guarded by `this`. A resting file is closed until it is next written to.
  private AppendFile file;

  private boolean resting;
  private long usedAt;

  /// The time index; empty if it cannot be written.
  private Optional<AppendFile> times = Optional.empty();

  private Instant timesAgainAt = Instant.MIN;

  private final ByteBuffer entry = ByteBuffer.allocateDirect(TimeIndexFormat.ENTRY_BYTES);

  /// The rest of a batch of which a pipe or terminal has accepted only the beginning. It is written
  /// before anything else.
  private ByteBuffer pendingBytes = ByteBuffer.allocate(0);

  /// The writer of the last line if this line has no line end yet; otherwise null.
  private @Nullable Object midLine;

  private Optional<Instant> firstAt = Optional.empty();
  private long lastTimesMillis = Long.MIN_VALUE / 2;
  private Instant lookAt = Instant.MIN;
  private long unlooked;
  private boolean lacksRoom;
  private Instant rotateAgainAt = Instant.MIN;

  LogFileWriter(LogContext around, Spec wanted) throws IOException {
    this.around = around;
    this.path = wanted.path();
    this.app = wanted.app();
    this.owner = wanted.owner();
    this.limits = wanted.limits();
    this.timesFile = LogFileNames.timeIndex(around.home(), path);
    this.file = opened();
    this.key = file.key();
    this.regular = file.isRegular();
    this.usedAt = around.clock().nanos();
    try {
      examine();
    } catch (IOException failure) {
      close();
      throw failure;
    }
  }

  /// The properties of a log file to open.
  ///
  /// @param path the absolute path
  /// @param app the app that writes to it
  /// @param owner the user with whose rights it is opened
  /// @param limits the limits on its size and age
  record Spec(Path path, AppName app, RunAs owner, LogLimits limits) {}

  /// Receives the position of a write before it begins.
  interface WriteObserver {
    void writeStarting(AppendFile.Key file, long offset, int length);
  }

  private AppendFile opened() throws IOException {
    AppendFile fresh = around.disk().open(path, owner);
    if (fresh.isRegular()) {
      around.open().opened();
    }
    return fresh;
  }

  private void closeFile() {
    file.close();
    if (file.isRegular() && !resting) {
      around.open().closed();
    }
  }

  /// Opens a resting file. If another process has changed or replaced the file in the meantime,
  /// continues with its current content.
  private void wake() throws IOException {
    usedAt = around.clock().nanos();
    if (resting) {
      AppendFile fresh = opened();
      resting = false;
      file = fresh;
      if (!fresh.key().equals(key) || fresh.size() != size) {
        closeTimes();
        examine();
      }
    }
  }

  /// Closes the file until the next write. Only a regular file may rest: once a pipe or terminal is
  /// reopened, it is unknown how much it has received.
  private void closeIdle() {
    if (regular && !resting) {
      closeFile();
      resting = true;
      closeTimes();
    }
  }

  /// Closes the file until the next write if too many files are open.
  synchronized void closeIfTooManyOpen() {
    if (around.open().isExceeded()) {
      closeIdle();
    }
  }

  /// Closes the file until the next write if it has not been written to for a while.
  ///
  /// @param nanos the monotonic time since which the file must not have been used
  synchronized void closeIfIdleSince(long nanos) {
    if (usedAt - nanos <= 0) {
      closeIdle();
    }
  }

  /// Reads the attributes of the file that is now open.
  private void examine() throws IOException {
    key = file.key();
    regular = file.isRegular();
    size = regular ? file.size() : 0;
    holes = holes();
    midLine = regular && file.lastByte() != LineBreaks.END ? EARLIER : null;
    firstAt = size > 0 ? Optional.of(oldest()) : Optional.empty();
  }

  private Instant oldest() {
    ByteBuffer first = ByteBuffer.allocate(TimeIndexFormat.ENTRY_BYTES);
    try (FileChannel channel = around.disk().read(timesFile, RunAs.DAEMON)) {
      if (channel.read(first, 0) == TimeIndexFormat.ENTRY_BYTES) {
        return Instant.ofEpochMilli(first.flip().getLong());
      }
    } catch (IOException none) {
      // The file is older than its time index, or the index was removed.
    }
    return around.clock().instant();
  }

  private void closeTimes() {
    dropTimes();
    timesAgainAt = Instant.MIN;
    lastTimesMillis = Long.MIN_VALUE / 2;
  }

  /// Opens the time index. A failure is only logged, because lines can be written without it.
  private void openTimes() {
    try {
      times = Optional.of(around.disk().open(timesFile, RunAs.DAEMON));
      around.open().opened();
    } catch (IOException failure) {
      noTimes(failure);
    }
  }

  private void noTimes(IOException failure) {
    LOG.log(
        Level.WARNING,
        "the capture times of lines in {0} cannot be stored: {1}",
        path,
        failure.getMessage());
    dropTimes();
  }

  private void dropTimes() {
    times.ifPresent(open -> {
      open.close();
      around.open().closed();
    });
    times = Optional.empty();
  }

  Path path() {
    return path;
  }

  AppName app() {
    return app;
  }

  RunAs owner() {
    return owner;
  }

  AppendFile.Key key() {
    return key;
  }

  boolean isRegular() {
    return regular;
  }

  /// Returns the disk space that the file occupies, in bytes, as last determined.
  long bytes() {
    return Math.max(0, size - holes);
  }

  /// Returns the size minus the space on the disk, so that holes with which the file's owner has
  /// extended the file do not count as disk usage.
  private long holes() throws IOException {
    return regular ? file.size() - file.allocated() : 0;
  }

  LogLimits limits() {
    return limits;
  }

  void limits(LogLimits now) {
    limits = now;
  }

  /// Returns the reason why the file does not accept output; [Problem#NONE] if it does.
  Problem problem() {
    return problem;
  }

  boolean hasProblem() {
    return problem != Problem.NONE;
  }

  /// Appends either all bytes or none.
  ///
  /// @param writer identifies the writer, whose line may remain unfinished
  /// @param bytes the bytes to write
  /// @param writeObserver receives the position before the write
  /// @return [Problem#NONE] if all bytes are in the file; otherwise the reason why none are
  synchronized Problem write(Object writer, List<ByteBuffer> bytes, WriteObserver writeObserver) {
    Instant now = around.clock().instant();
    int incoming = LineBreaks.bytes(bytes);
    try {
      wake();
      if (!hasRoom(now)) {
        return failed(Problem.FULL);
      }
      if (!writePending()) {
        return failed(Problem.BUSY);
      }
      rotateIfDue(now, incoming);
      List<ByteBuffer> all = bytes;
      if (isOthersLineOpen(writer)) {
        // Another writer's line is unfinished. Begin a new line, so that the new bytes do not look
        // like its continuation.
        all = new ArrayList<>(bytes);
        all.addFirst(ByteBuffer.allocateDirect(1).put(LineBreaks.END).flip());
      }
      Problem result = append(writer, all, writeObserver, now);
      while (result == Problem.FULL && around.rotatedStorage().makeRoom(this)) {
        result = append(writer, all, writeObserver, now);
      }
      return result;
    } catch (IOException failure) {
      LOG.log(Level.WARNING, "{0}", failure.getMessage());
      return failed(Problem.BROKEN);
    } finally {
      closeIfTooManyOpen();
    }
  }

  private boolean isOthersLineOpen(Object writer) {
    return midLine != null
        && !midLine.equals(writer)
        && (!midLine.equals(EARLIER) || writer.equals(NOTICE));
  }

  /// Reports whether the disk has space. This is checked at intervals and after a certain number of
  /// bytes.
  private boolean hasRoom(Instant now) throws IOException {
    if (lacksRoom || unlooked >= LOOK_BYTES || !now.isBefore(lookAt)) {
      lookAt = now.plus(LOOK);
      unlooked = 0;
      reopenIfMoved();
      lacksRoom = !around.rotatedStorage().hasRoom(this);
    }
    return !lacksRoom;
  }

  private Problem append(
      Object writer, List<ByteBuffer> all, WriteObserver writeObserver, Instant now)
      throws IOException {
    int length = LineBreaks.bytes(all);
    long offset = regular ? file.size() : 0;
    if (offset != size) {
      holes = holes(); // another process has changed it
    }
    writeObserver.writeStarting(file.key(), offset, length);
    int written = 0;
    List<ByteBuffer> rest = all;
    while (written < length) {
      AppendResult result = file.append(rest);
      if (result.bytes() <= 0 && written > 0 && !regular) {
        owe(rest);
        break;
      }
      if (result.bytes() <= 0) {
        return undo(offset, written, result.problem());
      }
      written += result.bytes();
      rest = LineBreaks.behind(rest, result.bytes());
    }
    if (regular) {
      size = offset + length;
      unlooked += length;
      noteTime(now, offset);
      firstAt = Optional.of(firstAt.filter(_ -> offset > 0).orElse(now));
      midLine = LineBreaks.at(all, length - 1) == LineBreaks.END ? null : writer;
    }
    problem = Problem.NONE;
    return Problem.NONE;
  }

  private void owe(List<ByteBuffer> rest) {
    pendingBytes = ByteBuffer.allocateDirect(LineBreaks.bytes(rest));
    rest.forEach(part -> pendingBytes.put(part.duplicate()));
    pendingBytes.flip();
  }

  /// Writes the rest of a batch of which a pipe or terminal has accepted only the beginning.
  ///
  /// @return whether the whole rest has been accepted
  synchronized boolean writePending() {
    while (pendingBytes.hasRemaining()) {
      AppendResult result = file.append(List.of(pendingBytes));
      if (result.bytes() <= 0) {
        return false;
      }
      pendingBytes.position(pendingBytes.position() + result.bytes());
    }
    return true;
  }

  /// Removes the written part of an incomplete batch, because it could end within a line.
  private Problem undo(long offset, int written, Problem why) throws IOException {
    if (written > 0 && regular) {
      file.truncate(offset);
    }
    return failed(why == Problem.NONE ? Problem.BROKEN : why);
  }

  private Problem failed(Problem why) {
    problem = why;
    return why;
  }

  private void noteTime(Instant now, long offset) {
    long millis = now.toEpochMilli();
    if (millis - lastTimesMillis < TIMES_MILLIS && offset > 0) {
      return;
    }
    if (times.isEmpty() && !now.isBefore(timesAgainAt)) {
      openTimes();
      timesAgainAt = now.plus(AFTER_FAILURE);
    }
    if (times.isEmpty()) {
      return;
    }
    lastTimesMillis = millis;
    AppendResult result = times.get().append(List.of(TimeIndexFormat.put(entry, millis, offset)));
    if (result.bytes() > 0 && result.bytes() < TimeIndexFormat.ENTRY_BYTES) {
      cutTimes(times.get());
    }
  }

  /// Removes an incomplete entry, which would shift all later entries.
  private void cutTimes(AppendFile torn) {
    try {
      torn.truncate(torn.size() / TimeIndexFormat.ENTRY_BYTES * TimeIndexFormat.ENTRY_BYTES);
    } catch (IOException failure) {
      noTimes(failure);
    }
  }

  // ------------------------------------------------------------ rotation

  private void rotateIfDue(Instant now, int incoming) throws IOException {
    if (regular
        && !now.isBefore(rotateAgainAt)
        && RotationPolicy.isDue(limits, file.size(), incoming, firstAt, now, midLine != null)) {
      rotate(now);
    }
  }

  private void rotate(Instant now) throws IOException {
    Instant at = now;
    Path rotated = LogFileNames.rotated(path, at);
    while (Files.exists(rotated) || Files.exists(LogFileNames.compressed(rotated))) {
      at = at.plusMillis(1);
      rotated = LogFileNames.rotated(path, at);
    }
    try {
      moveTo(rotated, LogFileNames.timeIndex(around.home(), path, at));
      around.rotatedStorage().tidyLater();
    } catch (IOException failure) {
      rotateAgainAt = now.plus(AFTER_FAILURE);
      LOG.log(Level.WARNING, "cannot rotate {0}: {1}", path, failure.getMessage());
    }
  }

  /// Renames the file to `rotated` and opens a new file at its path. If the new file cannot be
  /// opened, undoes the renaming.
  private void moveTo(Path rotated, Path rotatedTimes) throws IOException {
    if (Files.isSymbolicLink(path)) {
      throw new IOException("it is a symbolic link");
    }
    around.disk().rename(path, rotated, owner);
    AppendFile fresh;
    try {
      fresh = opened();
    } catch (IOException failure) {
      around.disk().rename(rotated, path, owner);
      throw failure;
    }
    try {
      around.disk().rename(timesFile, rotatedTimes, RunAs.DAEMON);
    } catch (IOException failure) {
      LOG.log(Level.WARNING, "{0}", failure.getMessage());
    }
    goOnWith(fresh);
  }

  /// Reopens the file if it was moved away.
  synchronized void reopenIfMoved() throws IOException {
    if (!file.isInPlace()) {
      reopen();
    }
  }

  /// Closes the file and opens the file that is now at the path.
  synchronized void reopen() throws IOException {
    goOnWith(opened());
  }

  private void goOnWith(AppendFile fresh) throws IOException {
    closeFile();
    resting = false;
    file = fresh;
    closeTimes();
    examine();
  }

  /// Truncates the file to zero bytes.
  synchronized void truncate() throws IOException {
    if (regular) {
      wake();
      file.truncate(0);
      around.disk().delete(timesFile, RunAs.DAEMON);
      closeTimes();
      examine();
    }
  }

  /// Determines whether a write that was in progress when an earlier daemon died is in this file. A
  /// write that is only partly in the file is removed.
  ///
  /// @return whether the write is in the file
  synchronized boolean containsWrite(long offset, int length) throws IOException {
    if (!regular) {
      return true; // unknown for a pipe: a missing line is better than a duplicate
    }
    wake();
    long size = file.size();
    if (size >= offset + length) {
      return true;
    }
    if (size > offset) {
      file.truncate(offset);
      examine();
    }
    return false;
  }

  synchronized void close() {
    closeFile();
    dropTimes();
  }
}
