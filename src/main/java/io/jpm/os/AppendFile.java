package io.jpm.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A log file that is open for appending: bytes go to its end even if another process writes to it
/// or truncates it. Every method may block for as long as the disk takes. Not safe for use by
/// several threads at the same time.
public interface AppendFile extends AutoCloseable {
  /// Returns the identity of the file, independent of the path by which it was opened.
  Key key();

  /// Reports whether it is a regular file, which has a size and an end and can be rotated. Pipes,
  /// terminals and devices are not regular files.
  boolean isRegular();

  /// Returns the current size in bytes, 0 if the file is not regular.
  long size() throws IOException;

  /// Returns the number of bytes that the file occupies on the disk, or its size if the system does
  /// not report that.
  default long allocated() throws IOException {
    return size();
  }

  /// Appends some of the bytes with at most one `write`.
  ///
  /// @param bytes direct buffers; their positions are not changed
  /// @return the number of bytes written. If it is smaller than requested and the problem is
  ///   [Problem#NONE], the system accepted no more in this call: the next call continues there or
  ///   returns the problem.
  AppendResult append(List<ByteBuffer> bytes);

  /// Returns the last byte of a regular file, or a line feed if the file is empty or not regular.
  int lastByte() throws IOException;

  /// Truncates a regular file to `size` bytes.
  void truncate(long size) throws IOException;

  /// Reports whether `path` (as given to [LogFileSystem#open]) still leads to this file, that is,
  /// whether the file was not moved or removed. True if this cannot be determined.
  boolean isInPlace();

  @Override
  void close();

  /// The identity of a file, valid as long as the file exists.
  record Key(long device, long inode) {}

  /// The outcome of an attempt to append.
  ///
  /// @param bytes number of bytes written, smaller than requested if not all were accepted
  /// @param problem why not all bytes were written
  record AppendResult(int bytes, Problem problem) {}

  /// The reason why bytes were not written.
  enum Problem {
    /// No problem.
    NONE("nothing"),
    /// ENOSPC, EDQUOT or EFBIG.
    FULL("disk full"),
    /// The reader of a pipe or terminal accepts no more bytes at the moment.
    BUSY("the reader of the log does not keep up"),
    /// EIO, EROFS or any other error.
    BROKEN("the log cannot be written");

    private final String words;

    Problem(String words) {
      this.words = words;
    }

    /// Returns the reason in words for the user.
    public String message() {
      return words;
    }
  }
}
