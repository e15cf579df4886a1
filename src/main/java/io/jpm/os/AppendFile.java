package io.jpm.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A log file that is open for appending. Bytes are always written to its end, even if another
/// process writes to the file or truncates it. All methods may block on disk I/O. Not thread-safe.
public interface AppendFile extends AutoCloseable {
  /// Returns the identity of the file, independent of the path by which it was opened.
  Key key();

  /// Reports whether this is a regular file, that is, whether it has a size and can be rotated.
  /// Pipes, terminals and devices are not regular files.
  boolean isRegular();

  /// Returns the current size in bytes, 0 if the file is not regular.
  long size() throws IOException;

  /// Returns the number of bytes that the file occupies on the disk, or its size if the system does
  /// not report the disk usage.
  default long allocated() throws IOException {
    return size();
  }

  /// Appends some or all of the bytes with at most one `write`.
  ///
  /// @param bytes direct buffers, whose positions are not changed
  /// @return the number of bytes written and the problem, if any. If fewer bytes were written and
  ///   the problem is [Problem#NONE], the system accepted only some of them. The caller must then
  ///   call the method again with the remaining bytes, which either appends them or returns the
  ///   problem.
  AppendResult append(List<ByteBuffer> bytes);

  /// Returns the last byte of a regular file, or a line feed if the file is empty or not regular.
  int lastByte() throws IOException;

  /// Truncates a regular file to `size` bytes.
  void truncate(long size) throws IOException;

  /// Reports whether `path` (as passed to [LogFileSystem#open]) still refers to this file, that is,
  /// whether the file was neither moved nor removed. Returns true if this cannot be determined.
  boolean isInPlace();

  @Override
  void close();

  /// The identity of a file, valid as long as the file exists.
  record Key(long device, long inode) {}

  /// The outcome of an attempt to append.
  ///
  /// @param bytes the number of bytes written, which may be smaller than requested
  /// @param problem the reason why some bytes were not written
  record AppendResult(int bytes, Problem problem) {}

  /// The reason why bytes were not written.
  enum Problem {
    /// All bytes were written, or the system accepted only some of them without an error.
    NONE("nothing"),
    /// The disk or a quota is full, or the file is too large: ENOSPC, EDQUOT or EFBIG.
    FULL("disk full"),
    /// The reader of a pipe or terminal does not accept any more bytes at the moment.
    BUSY("the process that reads this log is too slow"),
    /// The write failed with EIO, EROFS or another error.
    BROKEN("cannot write to the log");

    private final String words;

    Problem(String words) {
      this.words = words;
    }

    /// Returns the reason as a phrase for the user.
    public String message() {
      return words;
    }
  }
}
