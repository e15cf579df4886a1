package io.jpm.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// The pipes that apps print into, read on one thread of their own that never touches a disk.
///
/// All methods may be called on any thread.
public interface LogPipes extends AutoCloseable {
  /// How much of the end of a pipe's output is kept at most.
  int TAIL_BYTES = 8 * 1024;

  /// Begins to read a pipe, which is made where it does not exist. What a former daemon has left in
  /// it comes first.
  ///
  /// @param fifo the named pipe, absolute
  /// @param taker where the bytes go
  /// @throws IOException with a sentence for the user that names the path and the reason
  Source open(Path fifo, Taker taker) throws IOException;

  /// The last bytes that have come out of a pipe since this was called last, and takes what is in
  /// the pipe now before. So what a process that has ended has printed last is there at once, and
  /// the next one's is not mixed with it.
  ///
  /// @param fifo a pipe whose taker wants its tail kept ([Taker#keepsTail])
  /// @return at most [#TAIL_BYTES]; empty where nothing has come, or the pipe is not read
  default byte[] takeTail(Path fifo) {
    return new byte[0];
  }

  /// Stops reading; the pipes stay for the next daemon.
  @Override
  void close();

  /// Where the bytes of one pipe go. Called on the thread of the pipes, or on that of who takes the
  /// tail, never two at a time: must not block.
  interface Taker {
    /// Whether [LogPipes#takeTail] is wanted of it. Always the same.
    default boolean keepsTail() {
      return false;
    }

    /// Room for output.
    ///
    /// The bytes are read from the pipe into it at once and in full: whoever dies after this call
    /// cannot know whether they have been. Which of the two it was shows in the room itself, where
    /// they stand or do not.
    ///
    /// @param waiting how many bytes are in the pipe now, 1 or more
    /// @return a direct buffer with 1 to `waiting` bytes remaining, or null: there is no room, and
    ///   the pipe is left alone until [Source#resume]
    @Nullable ByteBuffer reserve(int waiting);

    /// The first `count` bytes of the room given last are filled; 0 when reading failed.
    void received(int count);
  }

  /// One pipe that is read.
  interface Source {
    /// Goes on after [Taker#reserve] had no room. Does nothing otherwise.
    void resume();

    /// Hands over what is in the pipe now, as far as there is room, then stops reading and waits
    /// for that. The pipe stays for the next reader.
    void close();

    /// As [#close], then removes the pipe: the app it belonged to is deleted.
    void closeAndRemove();
  }
}
