package io.jpm.logs.files;

import java.nio.ByteBuffer;
import java.util.Arrays;

/// When the bytes of a log file were captured: entries of 16 bytes, big-endian, in the order of
/// capture, each a moment (milliseconds since 1970) and the offset in the file from which on bytes
/// were captured then, until the next entry.
///
/// An entry whose offset is not above that of the one before says that the file was emptied:
/// whatever stands before it is void. The bytes before the first entry are of unknown age.
public final class Times {
  /// Bytes of an entry in the file.
  public static final int ENTRY_BYTES = 16;

  /// No times at all.
  public static final Times NONE = new Times(new long[0], new long[0]);

  private final long[] moments;
  private final long[] offsets;

  private Times(long[] moments, long[] offsets) {
    this.moments = moments;
    this.offsets = offsets;
  }

  /// An entry as it stands in the file.
  public static ByteBuffer entry(long epochMillis, long offset) {
    return ByteBuffer.allocateDirect(ENTRY_BYTES).putLong(epochMillis).putLong(offset).flip();
  }

  /// Reads the content of a file of times; half an entry at its end is left out.
  public static Times read(ByteBuffer content) {
    int count = content.remaining() / ENTRY_BYTES;
    long[] moments = new long[count];
    long[] offsets = new long[count];
    int used = 0;
    for (int i = 0; i < count; i++) {
      long moment = content.getLong();
      long offset = content.getLong();
      while (used > 0 && offsets[used - 1] >= offset) {
        used = offset == offsets[used - 1] ? used - 1 : 0;
      }
      moments[used] = moment;
      offsets[used] = offset;
      used++;
    }
    return new Times(Arrays.copyOf(moments, used), Arrays.copyOf(offsets, used));
  }

  /// When the byte at `offset` was captured, milliseconds since 1970.
  ///
  /// @param unknown the answer where that is not known
  public long at(long offset, long unknown) {
    int found = Arrays.binarySearch(offsets, offset);
    int entry = found >= 0 ? found : -found - 2;
    return entry < 0 ? unknown : moments[entry];
  }

  /// The offset of the first byte that was captured at `epochMillis` or later; [Long#MAX_VALUE]
  /// where none was. Takes times for ascending.
  public long from(long epochMillis) {
    int found = Arrays.binarySearch(moments, epochMillis);
    int entry = found >= 0 ? found : -found - 1;
    while (entry > 0 && moments[entry - 1] >= epochMillis) {
      entry--;
    }
    return entry == moments.length ? Long.MAX_VALUE : offsets[entry];
  }

  /// How many entries count.
  public int size() {
    return moments.length;
  }
}
