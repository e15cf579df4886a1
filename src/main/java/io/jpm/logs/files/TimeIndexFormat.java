package io.jpm.logs.files;

import java.nio.ByteBuffer;

/// The format of a time index, which records when the bytes of a log file were captured.
///
/// Entries are 16 bytes long, big-endian, and in the order of capture. Each entry consists of a
/// capture time (milliseconds since 1970) and a file offset. The bytes from this offset up to the
/// offset of the next entry were captured at this time.
///
/// An entry whose offset is smaller than that of the previous entry means that the file was
/// truncated: all earlier entries are void. The capture time of the bytes before the first entry is
/// unknown.
public final class TimeIndexFormat {
  /// The size of an entry, in bytes.
  public static final int ENTRY_BYTES = 16;

  private TimeIndexFormat() {}

  /// Encodes an entry.
  ///
  /// @param entry a buffer of [#ENTRY_BYTES] bytes that receives the entry
  /// @return the same buffer, ready to be written
  public static ByteBuffer put(ByteBuffer entry, long epochMillis, long offset) {
    return entry.clear().putLong(epochMillis).putLong(offset).flip();
  }
}
