package io.jpm.logs.memory;

import io.jpm.model.WhenFull;
import java.nio.ByteBuffer;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The output of one pipe that is in no file yet: a queue of bytes between the thread that reads
/// the pipe and the thread that writes the file, kept in a [LogMemory].
///
/// Whenever the daemon is killed, the next one finds every byte that was taken off the pipe and not
/// [#done] with, once; what was lost for want of room is counted to the line.
public final class LogStream {
  /// What becomes of output for which there is no room.
  public void whenFull(WhenFull policy) {
    throw new UnsupportedOperationException();
  }

  // ------------------------------------------------------------ the thread of the pipes

  /// Room for at most `most` bytes, to be filled at once and then told by [#received]. When memory
  /// is full the oldest whole lines that nobody is writing ([#begin]) make room, of this stream or
  /// of the one that has the most.
  ///
  /// @return null where there is none: with [WhenFull#BLOCK]
  public @Nullable ByteBuffer reserve(int most) {
    throw new UnsupportedOperationException();
  }

  /// The first `count` bytes of the room given last are filled.
  public void received(int count) {
    throw new UnsupportedOperationException();
  }

  // ------------------------------------------------------------ the thread of the file

  /// How many bytes wait.
  public long waitingBytes() {
    throw new UnsupportedOperationException();
  }

  /// The bytes that wait, oldest first: direct buffers, read only, none empty. Where lines were
  /// lost between two bytes it ends, and goes on behind when all before is [#done].
  ///
  /// @param most how many bytes at most
  public List<ByteBuffer> waiting(int most) {
    throw new UnsupportedOperationException();
  }

  /// Notes that a write begins. Its bytes stay where they are until [#done].
  public void begin(Write write) {
    throw new UnsupportedOperationException();
  }

  /// The write that was begun has happened: its bytes are let go of, and the lines told of are
  /// told.
  public void done() {
    throw new UnsupportedOperationException();
  }

  /// The write that was begun has not happened and will not.
  public void abandon() {
    throw new UnsupportedOperationException();
  }

  /// The write during which a former daemon died: look at the file, then call [#done] or
  /// [#abandon].
  public Optional<Write> unfinished() {
    throw new UnsupportedOperationException();
  }

  /// Throws the first `bytes` bytes away, which are `lines` lines, and counts them.
  public void drop(int bytes, long lines) {
    throw new UnsupportedOperationException();
  }

  /// What was lost from this stream, as long as it is known.
  public Losses losses() {
    throw new UnsupportedOperationException();
  }

  /// Lets go of the stream. What waits is thrown away: the app is deleted.
  public void forget() {
    throw new UnsupportedOperationException();
  }

  /// A write into a file.
  ///
  /// @param target which of the stream's files, from 0
  /// @param device the file's device number
  /// @param inode the file's inode number
  /// @param offset the file's size before
  /// @param length how many bytes the file gets
  /// @param consumed how many bytes of the stream those are
  /// @param told how many lost lines the file tells of, as a total since the beginning
  public record Write(
      int target, long device, long inode, long offset, int length, int consumed, long told) {}

  /// What was lost.
  ///
  /// @param bytes bytes that were dropped
  /// @param lines lines that were dropped, a total since the beginning
  /// @param told of how many of these lines the files tell; the next bytes that wait come behind
  ///   those of which they do not yet
  public record Losses(long bytes, long lines, long told) {}
}
