package io.jpm.logs.files;

import java.nio.ByteBuffer;

/// The format of a time index, which records when the bytes of a log file were captured.
///
/// Entries have 16 bytes, are big-endian and in order of capture. Each consists of a capture time
/// (milliseconds since 1970) and the file offset from which on bytes were captured at that time, up
/// to the next entry.
///
/// An entry whose offset is smaller than that of the previous one means that the file was
/// truncated: all earlier entries are void. The age of the bytes before the first entry is unknown.
public final class TimeIndexFormat {
  /// The size of an entry in the file.
  public static final int ENTRY_BYTES = 16;

  private TimeIndexFormat() {}

  /// Encodes an entry.
  ///
  /// @param entry a buffer of [#ENTRY_BYTES] that receives the entry
  /// @return the same buffer, ready to be written
  public static ByteBuffer put(ByteBuffer entry, long epochMillis, long offset) {
    return entry.clear().putLong(epochMillis).putLong(offset).flip();
  }
}
