package io.jpm.logs.buffer;

import io.jpm.model.FullLogPolicy;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The output of one pipe that is not yet in a file: a queue of bytes between the thread that reads
/// the pipe and the thread that writes the file, stored in a [LogBuffer].
///
/// Whenever the daemon is killed, the next daemon finds every byte that was read from the pipe and
/// whose write is not [#done], exactly once. Output that was dropped for lack of space is counted
/// in lines. A line counts as dropped when its end is dropped. If the bytes that may be dropped
/// contain no line end, only part of a line is dropped; this torn line is counted immediately and
/// only once.
///
/// After [#forget], and after the log buffer is closed, no space is reserved, nothing waits, no
/// write may begin, and other calls have no effect.
public final class LogStream {
  private final LogBuffer memory;
  private final String name;
  private final StreamUnits streamUnits;
  private final StreamState state;
  private final LineDropper lineDropper;
  private FullLogPolicy policy = FullLogPolicy.DROP_OLDEST;
  private long mostBytes;

  /// The number of bytes at the head that the writer is examining and that must therefore not be
  /// dropped.
  private long lookedAt;

  private boolean forgotten;
  private boolean released;

  LogStream(LogBuffer memory, String name, StreamUnits streamUnits, long mostBytes) {
    this.memory = memory;
    this.name = name;
    this.streamUnits = streamUnits;
    this.state = streamUnits.state;
    this.lineDropper = new LineDropper(streamUnits, memory.geometry().unitBytes());
    setMaxBytes(mostBytes);
  }

  /// Returns the name under which the stream was opened.
  public String name() {
    return name;
  }

  /// Sets the policy for output that does not fit. The default is [FullLogPolicy#DROP_OLDEST].
  public void whenFull(FullLogPolicy policy) {
    memory.locked(() -> this.policy = policy);
  }

  // ------------------------------------------------------------ on the thread of the pipes

  /// Reserves space for at most `most` bytes. The caller must fill it immediately and then call
  /// [#received]. When the buffer is full, the oldest whole lines of this stream or of the largest
  /// stream are dropped, except lines that are being written ([#begin]) or examined ([#waiting]).
  ///
  /// The space must be filled from its beginning by a single read, and should have the size of the
  /// pipe's content (`FIONREAD`). It is first filled with a pattern, which takes time. If this
  /// daemon dies before [#received], the pattern tells the next daemon how much was read. If a read
  /// leaves only one to seven bytes unused, the next daemon assumes that it filled the space.
  ///
  /// A stream that must not drop lines receives space only while less than half of the buffer is in
  /// use, apart from its first 64 KiB. The last part of the buffer is reserved for streams with
  /// little waiting output.
  ///
  /// @return a direct buffer; null if there is no space, which happens with [FullLogPolicy#BLOCK]
  ///   or if all waiting bytes are being written
  public @Nullable ByteBuffer reserve(int most) {
    return reserve(most, policy == FullLogPolicy.DROP_OLDEST);
  }

  /// Reserves space in the same way as [#reserve(int)], but lets the caller decide whether lines
  /// may be dropped.
  ///
  /// @param mayDrop whether lines of this stream, or of others whose policy allows it, may be
  ///   dropped now; has no effect with [FullLogPolicy#BLOCK]
  public @Nullable ByteBuffer reserve(int most, boolean mayDrop) {
    if (most < 1) {
      throw new IllegalArgumentException("cannot reserve " + most + " bytes: expected at least 1");
    }
    boolean drop = mayDrop && policy == FullLogPolicy.DROP_OLDEST;
    return memory.lockedGet(() -> isGone() ? null : reserveRoom(most, drop));
  }

  private @Nullable ByteBuffer reserveRoom(int most, boolean mayDrop) {
    if (state.room > 0) {
      state.room = 0; // reserved for a read that did not happen
      streamUnits.commit();
    }
    int wanted = fit(Math.min(most, memory.fillPattern().maxBytes()), mayDrop);
    int room = wanted > 0 ? streamUnits.extend(wanted, !drops()) : 0;
    while (room == 0 && wanted > 0 && mayDrop && memory.freeSpace(wanted)) {
      room = streamUnits.extend(wanted, !drops());
    }
    if (room == 0) {
      return null;
    }
    ByteBuffer buffer = streamUnits.piece(state.tail, state.tail + room);
    memory.fillPattern().fill(buffer);
    state.pattern = memory.fillPattern().word();
    state.room = room;
    streamUnits.commit();
    return buffer;
  }

  /// Returns how many of the `wanted` bytes the stream's own limit permits. If `mayDrop` is set,
  /// first drops lines to make space.
  private int fit(int wanted, boolean mayDrop) {
    long size = Math.min(wanted, mostBytes / 2);
    if (mayDrop && state.waiting() + size > mostBytes) {
      drop(state.waiting() + size - mostBytes);
    }
    return (int) Math.clamp(mostBytes - state.waiting(), 0, size);
  }

  /// Confirms that the first `count` bytes of the most recently reserved space were filled.
  public void received(int count) {
    memory.locked(() -> receive(count));
  }

  private void receive(int count) {
    if (isClosed()) {
      return;
    }
    if (forgotten) {
      state.room = 0;
      releaseIfIdle();
    } else {
      if (count < 0 || count > state.room) {
        throw new IllegalArgumentException(
            count + " bytes do not fit into the reserved space of " + state.room + " bytes");
      }
      state.tail += count;
      state.room = 0;
      streamUnits.commit();
    }
  }

  // ------------------------------------------------------------ on the thread of the file

  /// Returns the number of waiting bytes.
  public long waitingBytes() {
    return memory.lockedGet(this::waitingNow);
  }

  long waitingNow() {
    return isGone() ? 0 : state.waiting();
  }

  /// Returns the waiting bytes, oldest first, as direct read-only buffers that are not empty. The
  /// result ends where lines were dropped; the bytes after that gap are returned when all bytes
  /// before it are [#done]. The result never exceeds half of this stream's limit.
  ///
  /// The bytes stay in place until [#done], [#abandon], [#drop] or the next call of this method.
  /// Call [#droppedTotals] after this method: lines that are dropped from then on belong after
  /// these bytes.
  ///
  /// @param most the maximum number of bytes
  public List<ByteBuffer> waiting(int most) {
    return memory.lockedGet(() -> isGone() ? List.<ByteBuffer>of() : look(most));
  }

  private List<ByteBuffer> look(int most) {
    long end = Math.min(state.frontEnd(), state.head + Math.clamp(most, 0, mostBytes / 2));
    lookedAt = end - state.head;
    return streamUnits.pieces(state.head, end);
  }

  /// Records that a write begins. The bytes of the write stay in place until [#done].
  ///
  /// The same bytes may be written to several files in turn. Recording the write to the next file
  /// replaces the record of the previous write, which must have finished. A failed write may begin
  /// again with the same file.
  ///
  /// @throws IllegalStateException if a write of other bytes, or of the same bytes to a later file,
  ///   is recorded; or if the write cannot be recorded because the stream is forgotten or the log
  ///   buffer is closed
  public void begin(FileWrite write) {
    memory.locked(() -> beginNow(write));
  }

  private void beginNow(FileWrite write) {
    if (isGone()) {
      throw new IllegalStateException("no write may begin: the stream " + name + " is closed");
    }
    FileWrite before = state.write;
    if (before != null
        && (before.consumed() != write.consumed() || before.target() > write.target())) {
      requireNoWrite();
    }
    if (write.consumed() > state.frontEnd() - state.head) {
      throw new IllegalArgumentException(
          "cannot begin " + write + ": fewer stream bytes are waiting");
    }
    state.write = write;
    lookedAt = 0;
    streamUnits.commit();
  }

  /// Records that the write has finished. Its bytes are released, and the dropped lines that it
  /// reported count as reported.
  public void done() {
    memory.locked(this::doneNow);
  }

  private void doneNow() {
    if (isClosed()) {
      return;
    }
    FileWrite write = state.write;
    state.write = null;
    if (forgotten) {
      releaseIfIdle();
    } else if (write == null) {
      throw new IllegalStateException("no write has begun for the stream " + name);
    } else {
      state.told = write.reportedLines();
      leave(write.consumed());
    }
  }

  private void leave(long bytes) {
    LineDropper.headMoved(streamUnits, state.head + bytes);
    state.head += bytes;
    state.closeHole();
    lookedAt = 0;
    streamUnits.commit();
  }

  /// Records that the write did not happen and will not happen. If no write is recorded, the bytes
  /// that [#waiting] returned last no longer need to stay in place.
  public void abandon() {
    memory.locked(this::abandonNow);
  }

  private void abandonNow() {
    lookedAt = 0;
    if (isClosed()) {
      return;
    }
    boolean begun = state.write != null;
    state.write = null;
    if (forgotten) {
      releaseIfIdle();
    } else if (begun) {
      streamUnits.commit();
    }
  }

  /// Returns the write that was in progress when an earlier daemon died. The caller must examine
  /// the file, and then call [#done] or [#abandon].
  public Optional<FileWrite> unfinished() {
    return memory.lockedGet(() -> isGone() ? Optional.<FileWrite>empty() : begun());
  }

  private Optional<FileWrite> begun() {
    return Optional.ofNullable(state.write);
  }

  /// Discards the first `bytes` bytes, which contain `lines` lines, and counts the lines as
  /// dropped. A torn first line that has already been counted is not counted again.
  ///
  /// @throws IllegalStateException while a write is recorded
  public void drop(int bytes, long lines) {
    memory.locked(() -> dropNow(bytes, lines));
  }

  private void dropNow(int bytes, long lines) {
    if (isGone()) {
      return;
    }
    requireNoWrite();
    if (bytes < 0 || bytes > state.frontEnd() - state.head) {
      throw new IllegalArgumentException(
          "cannot drop " + bytes + " bytes of the stream " + name + ": fewer are waiting");
    }
    state.lostBytes += bytes;
    state.lostLines += lines > 0 && lineDropper.isCounted(state.head) ? lines - 1 : lines;
    leave(bytes);
  }

  private void requireNoWrite() {
    if (state.write != null) {
      throw new IllegalStateException("a write has already begun for the stream " + name);
    }
  }

  /// Returns the totals of dropped bytes and lines since the stream was created.
  public Losses droppedTotals() {
    return memory.lockedGet(() -> new Losses(state.lostBytes, state.lostLines, state.told));
  }

  /// Removes the stream and discards its waiting bytes, because its app is deleted. Must not be
  /// called while the writer examines waiting bytes. If a write is recorded or space is reserved,
  /// the units are released when the write or the read has finished.
  public void forget() {
    memory.locked(this::forgetNow);
  }

  private void forgetNow() {
    if (!isGone()) {
      forgotten = true;
      memory.remove(this);
      streamUnits.forget();
      releaseIfIdle();
    }
  }

  private void releaseIfIdle() {
    if (state.room == 0 && state.write == null && !released) {
      released = true;
      streamUnits.release();
    }
  }

  // ------------------------------------------------------------ for the log buffer, under its lock

  /// Drops the oldest lines that are not being written or examined.
  ///
  /// @return the number of dropped bytes; 0 if nothing may be dropped
  long drop(long need) {
    FileWrite write = state.write;
    long kept = Math.max(lookedAt, write == null ? 0 : write.consumed());
    return lineDropper.drop(state.head + kept, need);
  }

  StreamUnits streamUnits() {
    return streamUnits;
  }

  boolean drops() {
    return policy == FullLogPolicy.DROP_OLDEST;
  }

  void setMaxBytes(long bytes) {
    mostBytes = Math.max(bytes, Geometry.LEAST_UNITS * (long) memory.geometry().unitBytes());
  }

  /// Reports whether the stream must be kept for the next daemon.
  boolean isNeeded() {
    return state.waiting() > 0
        || state.write != null
        || state.room > 0
        || state.allLostLines() > state.told;
  }

  private boolean isClosed() {
    return memory.isClosed();
  }

  private boolean isGone() {
    return forgotten || isClosed();
  }

  // ------------------------------------------------------------ results

  /// The bytes and lines that were dropped from a stream.
  ///
  /// @param bytes the number of bytes dropped so far
  /// @param lines the total number of dropped lines; lines that were dropped between waiting bytes
  ///   are added when all bytes before them are done
  /// @param reported the number of these lines that the files report; the other dropped lines
  ///   belong directly before the next waiting bytes
  public record Losses(long bytes, long lines, long reported) {}
}
