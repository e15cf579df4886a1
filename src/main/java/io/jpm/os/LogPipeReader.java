package io.jpm.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/// Reads the output of apps from pipes, on one dedicated thread that never accesses a disk.
///
/// All methods may be called on any thread.
public interface LogPipeReader extends AutoCloseable {
  /// Maximum number of bytes of a pipe's most recent output that are kept for [#takeTail].
  int TAIL_BYTES = 8 * 1024;

  /// Starts reading a pipe, which is created if it does not exist. Output that a former daemon left
  /// unread in the pipe is read first.
  ///
  /// @param fifo the named pipe, absolute
  /// @param outputReceiver receives the bytes
  /// @throws IOException with a message for the user that contains the path and the reason
  Source open(Path fifo, OutputReceiver outputReceiver) throws IOException;

  /// Drains the pipe and returns the last bytes read since the previous call. Called when a process
  /// has exited, so that its last output is available immediately and is not mixed with the output
  /// of the next process.
  ///
  /// @param fifo a pipe whose receiver keeps its tail ([OutputReceiver#keepsTail])
  /// @return at most [#TAIL_BYTES] bytes; empty if there was no output or the pipe is not being
  ///   read
  default byte[] takeTail(Path fifo) {
    return new byte[0];
  }

  /// Stops reading. The pipes are kept for the next daemon.
  @Override
  void close();

  /// Receives the bytes of one pipe. Called on the log pipe thread or on the thread that calls
  /// [LogPipeReader#takeTail], never on both at the same time. Must not block.
  interface OutputReceiver {
    /// Reports whether [LogPipeReader#takeTail] is supported for this pipe. Must always return the
    /// same value.
    default boolean keepsTail() {
      return false;
    }

    /// Returns a buffer for output.
    ///
    /// The log pipe reader immediately performs one read from the pipe, which fills the buffer
    /// completely. If the daemon is killed before [#received] is called, the next daemon can
    /// determine only from the content of the buffer how many bytes were read.
    ///
    /// @param waiting the number of bytes currently in the pipe, at least 1
    /// @return a direct buffer with 1 to `waiting` bytes remaining; null if no memory is free. The
    ///   pipe is then not read until [Source#resume] is called.
    @Nullable ByteBuffer reserve(int waiting);

    /// Called when the first `count` bytes of the last buffer have been filled. `count` is 0 if
    /// reading failed.
    void received(int count);
  }

  /// A pipe that is being read.
  interface Source {
    /// Continues reading after [OutputReceiver#reserve] returned null. Does nothing if reading is
    /// not suspended.
    void resume();

    /// Reads the bytes that are in the pipe now, as far as the receiver accepts them, then stops
    /// reading. The pipe is kept for the next reader.
    void close();

    /// Stops reading like [#close], then removes the pipe. Called when the app was deleted.
    void closeAndRemove();
  }
}
