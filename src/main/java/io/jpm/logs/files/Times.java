package io.jpm.logs.files;

import java.nio.ByteBuffer;

/// When the bytes of a log file were captured: entries of 16 bytes, big-endian, in the order of
/// capture, each a moment (milliseconds since 1970) and the offset in the file from which on bytes
/// were captured then, until the next entry.
///
/// An entry whose offset is not above that of the one before says that the file was emptied:
/// whatever stands before it is void. The bytes before the first entry are of unknown age.
public final class Times {
  /// Bytes of an entry in the file.
  public static final int ENTRY_BYTES = 16;

  private Times() {}

  /// Puts an entry as it stands in the file.
  ///
  /// @param entry room for it, [#ENTRY_BYTES]
  /// @return the same, ready to be written
  public static ByteBuffer put(ByteBuffer entry, long epochMillis, long offset) {
    return entry.clear().putLong(epochMillis).putLong(offset).flip();
  }
}
