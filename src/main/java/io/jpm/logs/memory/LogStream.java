package io.jpm.logs.memory;

import io.jpm.model.FullLogPolicy;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The output of one pipe that is in no file yet: a queue of bytes between the thread that reads
/// the pipe and the thread that writes the file, kept in a [LogMemory].
///
/// Whenever the daemon is killed, the next one finds every byte that was taken off the pipe and not
/// [#done] with, once; what was lost for want of room is counted to the line: a line is lost when
/// its end is. A line that is torn, since there is no line end in all that could go, counts as one
/// at once, and not again.
///
/// After [#forget] and after the memory is closed there is no room, nothing waits, no write may
/// begin, and what else is told has no effect.
public final class LogStream {
  private final LogMemory memory;
  private final String name;
  private final StreamUnits streamUnits;
  private final StreamState state;
  private final LineDropper lineDropper;
  private FullLogPolicy policy = FullLogPolicy.DROP_OLDEST;
  private long mostBytes;

  /// Bytes from the head on that the writer looks at; they must not go while it does.
  private long lookedAt;

  private boolean forgotten;
  private boolean released;

  LogStream(LogMemory memory, String name, StreamUnits streamUnits, long mostBytes) {
    this.memory = memory;
    this.name = name;
    this.streamUnits = streamUnits;
    this.state = streamUnits.state;
    this.lineDropper = new LineDropper(streamUnits, memory.geometry().unitBytes());
    mostBytes(mostBytes);
  }

  /// The name it was asked for by.
  public String name() {
    return name;
  }

  /// What becomes of output for which there is no room. [FullLogPolicy#DROP_OLDEST] until it is
  /// said.
  public void whenFull(FullLogPolicy policy) {
    memory.locked(() -> this.policy = policy);
  }

  // ------------------------------------------------------------ the thread of the pipes

  /// Room for at most `most` bytes, to be filled at once and then told by [#received]. When memory
  /// is full the oldest whole lines that nobody is writing ([#begin]) or looking at ([#waiting])
  /// make room, of this stream or of the one that has the most.
  ///
  /// The room is to be filled from its beginning on, by one read, and should be what the pipe has
  /// (`FIONREAD`): it is filled with a pattern before, which costs, and by which the next daemon
  /// sees what was read if this one dies before [#received]. A read that leaves one to seven bytes
  /// of its room would then be taken for one that fills it.
  ///
  /// A stream that may not lose lines leaves half of the memory to the others, but for the first 64
  /// KiB of its own; and the last of the memory is for streams that have little.
  ///
  /// @return a direct buffer; null where there is no room: with [FullLogPolicy#BLOCK], or where all
  ///   that waits is being written
  public @Nullable ByteBuffer reserve(int most) {
    return reserve(most, policy == FullLogPolicy.DROP_OLDEST);
  }

  /// As [#reserve(int)].
  ///
  /// @param mayDrop whether lines may be dropped for it now, of this stream or others whose policy
  ///   allows it
  public @Nullable ByteBuffer reserve(int most, boolean mayDrop) {
    if (most < 1) {
      throw new IllegalArgumentException("room for " + most + " bytes");
    }
    boolean drop = mayDrop && policy == FullLogPolicy.DROP_OLDEST;
    return memory.lockedGet(() -> isGone() ? null : reserveRoom(most, drop));
  }

  private @Nullable ByteBuffer reserveRoom(int most, boolean mayDrop) {
    if (state.room > 0) {
      state.room = 0; // of a read that did not happen
      streamUnits.commit();
    }
    int wanted = fit(Math.min(most, memory.fillPattern().most()), mayDrop);
    int room = wanted > 0 ? streamUnits.extend(wanted, !drops()) : 0;
    while (room == 0 && wanted > 0 && mayDrop && memory.dropFor(wanted)) {
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

  /// How many bytes this stream's own limit leaves, after lines were dropped for them.
  private int fit(int wanted, boolean mayDrop) {
    long size = Math.min(wanted, mostBytes / 2);
    if (mayDrop && state.waiting() + size > mostBytes) {
      drop(state.waiting() + size - mostBytes);
    }
    return (int) Math.clamp(mostBytes - state.waiting(), 0, size);
  }

  /// The first `count` bytes of the room given last are filled.
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
        throw new IllegalArgumentException(count + " bytes in a room of " + state.room);
      }
      state.tail += count;
      state.room = 0;
      streamUnits.commit();
    }
  }

  // ------------------------------------------------------------ the thread of the file

  /// How many bytes wait.
  public long waitingBytes() {
    return memory.lockedGet(this::waitingNow);
  }

  long waitingNow() {
    return isGone() ? 0 : state.waiting();
  }

  /// The bytes that wait, oldest first: direct buffers, read only, none empty. Where lines were
  /// lost between two bytes it ends, and goes on behind when all before is [#done]. Never more than
  /// half of what this stream may have.
  ///
  /// They stay where they are until [#done], [#abandon], [#drop] or the next call of this. So ask
  /// for [#losses] after this: what is lost from then on was behind these bytes.
  ///
  /// @param most how many bytes at most
  public List<ByteBuffer> waiting(int most) {
    return memory.lockedGet(() -> isGone() ? List.<ByteBuffer>of() : look(most));
  }

  private List<ByteBuffer> look(int most) {
    long end = Math.min(state.frontEnd(), state.head + Math.clamp(most, 0, mostBytes / 2));
    lookedAt = end - state.head;
    return streamUnits.pieces(state.head, end);
  }

  /// Notes that a write begins. Its bytes stay where they are until [#done].
  ///
  /// The same bytes may go to several files, one after the other: the write into the next one takes
  /// the place of that into the one before, which has happened then. A write that failed may be
  /// begun again into the same file.
  ///
  /// @throws IllegalStateException while there is another one, of other bytes or into a later file;
  ///   or when the stream is forgotten or its memory closed: nobody would know of the write
  public void begin(FileWrite write) {
    memory.locked(() -> beginNow(write));
  }

  private void beginNow(FileWrite write) {
    if (isGone()) {
      throw new IllegalStateException("no write may begin any more: " + name);
    }
    FileWrite before = state.write;
    if (before != null
        && (before.consumed() != write.consumed() || before.target() > write.target())) {
      requireNoWrite();
    }
    if (write.consumed() > state.frontEnd() - state.head) {
      throw new IllegalArgumentException(write + ": that much does not wait");
    }
    state.write = write;
    lookedAt = 0;
    streamUnits.commit();
  }

  /// The write that was begun has happened: its bytes are let go of, and the lines told of are
  /// told.
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
      throw new IllegalStateException("no write was begun: " + name);
    } else {
      state.told = write.told();
      leave(write.consumed());
    }
  }

  private void leave(long bytes) {
    LineDropper.follow(streamUnits, state.head + bytes);
    state.head += bytes;
    state.closeHole();
    lookedAt = 0;
    streamUnits.commit();
  }

  /// The write that was begun has not happened and will not. Without one: the bytes seen last are
  /// not needed now.
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

  /// The write during which a former daemon died: look at the file, then call [#done] or
  /// [#abandon].
  public Optional<FileWrite> unfinished() {
    return memory.lockedGet(() -> isGone() ? Optional.<FileWrite>empty() : begun());
  }

  private Optional<FileWrite> begun() {
    return Optional.ofNullable(state.write);
  }

  /// Throws the first `bytes` bytes away, which are `lines` lines, and counts them. A first line
  /// that was torn and is counted already does not count again.
  ///
  /// @throws IllegalStateException while a write is begun
  public void drop(int bytes, long lines) {
    memory.locked(() -> dropNow(bytes, lines));
  }

  private void dropNow(int bytes, long lines) {
    if (isGone()) {
      return;
    }
    requireNoWrite();
    if (bytes < 0 || bytes > state.frontEnd() - state.head) {
      throw new IllegalArgumentException(bytes + " bytes do not wait: " + name);
    }
    state.lostBytes += bytes;
    state.lostLines += lines > 0 && lineDropper.isCounted(state.head) ? lines - 1 : lines;
    leave(bytes);
  }

  private void requireNoWrite() {
    if (state.write != null) {
      throw new IllegalStateException("a write is begun already: " + name);
    }
  }

  /// What was lost from this stream, as long as it is known.
  public Losses losses() {
    return memory.lockedGet(() -> new Losses(state.lostBytes, state.lostLines, state.told));
  }

  /// Lets go of the stream. What waits is thrown away: the app is deleted. Not while the writer
  /// looks at bytes that wait; where a write is begun or room is given out, memory is let go of
  /// when that is over.
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

  // ------------------------------------------------------------ for the memory, under its lock

  /// Loses the oldest lines that nobody writes or looks at.
  ///
  /// @return how many bytes are lost; 0 where nothing may go
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

  void mostBytes(long bytes) {
    mostBytes = Math.max(bytes, Geometry.LEAST_UNITS * (long) memory.geometry().unitBytes());
  }

  /// Whether the next daemon has to know of it.
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

  // ------------------------------------------------------------ words

  /// What was lost.
  ///
  /// @param bytes bytes that were dropped, up to now
  /// @param lines lines that were dropped, a total since the beginning; those that lie between
  ///   bytes that wait come to it when all before them is done
  /// @param told of how many of these lines the files tell; the next bytes that wait come behind
  ///   those of which they do not yet
  public record Losses(long bytes, long lines, long told) {}
}
