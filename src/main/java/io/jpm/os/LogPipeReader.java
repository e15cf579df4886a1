package io.jpm.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Reads the pipes that apps print into, on one dedicated thread that never accesses a disk.
///
/// All methods may be called on any thread.
public interface LogPipeReader extends AutoCloseable {
  /// Maximum number of bytes of the end of a pipe's output that are kept.
  int TAIL_BYTES = 8 * 1024;

  /// Starts reading a pipe, which is created if it does not exist. Bytes that a former daemon left
  /// in it are read first.
  ///
  /// @param fifo the named pipe, absolute
  /// @param outputReceiver receives the bytes
  /// @throws IOException with a message for the user that contains the path and the reason
  Source open(Path fifo, OutputReceiver outputReceiver) throws IOException;

  /// Returns the last bytes read from a pipe since the previous call. Before that, it reads what
  /// the pipe contains now. The last output of a process that has ended is therefore available
  /// immediately and does not mix with that of the next process.
  ///
  /// @param fifo a pipe whose taker keeps its tail ([OutputReceiver#keepsTail])
  /// @return at most [#TAIL_BYTES]; empty if there was no output or the pipe is not being read
  default byte[] takeTail(Path fifo) {
    return new byte[0];
  }

  /// Stops reading; the pipes stay for the next daemon.
  @Override
  void close();

  /// Receives the bytes of one pipe. Called on the thread of the pipes or on the thread that calls
  /// [LogPipeReader#takeTail], never on both at the same time. Must not block.
  interface OutputReceiver {
    /// Reports whether [LogPipeReader#takeTail] must work for this pipe. The answer must not
    /// change.
    default boolean keepsTail() {
      return false;
    }

    /// Returns a buffer for output.
    ///
    /// The host reads from the pipe into this buffer immediately and fills it completely. If the
    /// daemon dies after this call, only the content of the buffer shows whether the bytes were
    /// read.
    ///
    /// @param waiting number of bytes in the pipe now, at least 1
    /// @return a direct buffer with 1 to `waiting` bytes remaining; null if no memory is free, in
    ///   which case the pipe is not read until [Source#resume]
    @Nullable ByteBuffer reserve(int waiting);

    /// Called when the first `count` bytes of the last buffer were filled; 0 if reading failed.
    void received(int count);
  }

  /// A pipe that is being read.
  interface Source {
    /// Continues reading after [OutputReceiver#reserve] returned null. Otherwise does nothing.
    void resume();

    /// Reads what the pipe contains now, as far as the taker accepts it, then stops reading and
    /// returns. The pipe stays for the next reader.
    void close();

    /// As [#close], then removes the pipe, because its app was deleted.
    void closeAndRemove();
  }
}
