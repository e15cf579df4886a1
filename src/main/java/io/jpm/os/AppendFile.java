package io.jpm.os;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.util.List;

/// A log file that is open for appending: whatever others do to it, bytes go to its end. Every
/// method may block for as long as the disk likes. Not to be used by two threads at once.
public interface AppendFile extends AutoCloseable {
  /// Which file it really is, whatever path led there.
  Key key();

  /// Whether it is a regular file, which has a size and an end and can be rotated; not a pipe, a
  /// terminal or a device.
  boolean isRegular();

  /// Bytes in the file as it is now, 0 where it is not regular.
  long size() throws IOException;

  /// Bytes that the file takes on the disk, where the system tells; else its size.
  default long allocated() throws IOException {
    return size();
  }

  /// Appends some of the bytes, one `write` at most.
  ///
  /// @param bytes direct buffers; positions are left as they are
  /// @return fewer than asked with [Problem#NONE] when the system took no more at once: the next
  ///   attempt goes on there, or tells the problem
  Appended append(List<ByteBuffer> bytes);

  /// The last byte of a regular file; a line end when it is empty or not regular.
  int lastByte() throws IOException;

  /// Cuts a regular file to `size` bytes.
  void truncate(long size) throws IOException;

  /// Whether `path` (as given to [LogDisk#open]) still leads to this file: nobody has moved or
  /// removed it. True when in doubt.
  boolean isInPlace();

  @Override
  void close();

  /// A file, as long as it exists.
  record Key(long device, long inode) {}

  /// What came of an attempt to append.
  ///
  /// @param bytes how many were written, fewer than asked when there was no room for more
  /// @param problem why not all were
  record Appended(int bytes, Problem problem) {}

  /// Why bytes were not written.
  enum Problem {
    /// They were.
    NONE("nothing"),
    /// ENOSPC, EDQUOT, EFBIG.
    FULL("disk full"),
    /// The reader of a pipe or terminal takes no more now.
    BUSY("the reader of the log does not keep up"),
    /// EIO, EROFS and whatever else.
    BROKEN("the log cannot be written");

    private final String words;

    Problem(String words) {
      this.words = words;
    }

    /// For the user.
    public String words() {
      return words;
    }
  }
}
