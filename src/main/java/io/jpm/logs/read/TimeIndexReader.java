package io.jpm.logs.read;

import io.jpm.logs.files.TimeIndexFormat;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;

/// Reads the time index of one log file, in the format of [TimeIndexFormat]. Only one block of
/// entries is in memory at a time, because the index of a large file may exceed the daemon's
/// memory.
final class TimeIndexReader {
  private static final int BLOCK_ENTRIES = 256;
  private static final int SCAN_BYTES = 64 * 1024;

  private final Path path;
  private long unknown;

  /// The index of the first valid entry. Earlier entries were voided by an entry with a smaller
  /// offset.
  private long first;

  private long count;
  private boolean looked;
  private ByteBuffer block = ByteBuffer.allocate(0);
  private long blockFirst;

  /// @param path the time index; if it does not exist, no time is known
  /// @param unknown the time to return for bytes whose capture time is unknown, unless the first
  ///   known time is earlier
  TimeIndexReader(Path path, long unknown) {
    this.path = path;
    this.unknown = unknown;
  }

  /// Examines the index. Called only when a time is needed, because most requests need no times.
  private void look() {
    if (looked) {
      return;
    }
    looked = true;
    try {
      count = entries(path);
      first = firstValid(path, count);
      unknown = first < count ? Math.min(unknown, at(first, 0)) : unknown;
    } catch (IOException none) {
      count = 0;
    }
  }

  private static long entries(Path path) throws IOException {
    return Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)
        ? Files.size(path) / TimeIndexFormat.ENTRY_BYTES
        : 0;
  }

  private static long firstValid(Path path, long count) throws IOException {
    if (count < 2) {
      return 0;
    }
    long first = 0;
    long before = -1;
    long index = 0;
    ByteBuffer some =
        ByteBuffer.allocate((int) Math.min(SCAN_BYTES, count * TimeIndexFormat.ENTRY_BYTES));
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      while (index < count && fill(channel, index, some)) {
        for (; some.remaining() >= TimeIndexFormat.ENTRY_BYTES && index < count; index++) {
          some.getLong();
          long offset = some.getLong();
          if (offset < before) {
            first = index;
          }
          before = offset;
        }
      }
    }
    return first;
  }

  private static boolean fill(FileChannel channel, long index, ByteBuffer into) throws IOException {
    into.clear();
    while (into.hasRemaining()
        && channel.read(into, index * TimeIndexFormat.ENTRY_BYTES + into.position()) > 0) {
      // Repeat until the buffer is full or the file ends.
    }
    into.flip();
    return into.remaining() >= TimeIndexFormat.ENTRY_BYTES;
  }

  /// Returns the capture time of the byte at `offset`, in milliseconds since 1970.
  long at(long offset) {
    look();
    long entry = entriesBefore(8, offset);
    return entry == first ? unknown : at(entry - 1, 0);
  }

  /// Returns the offset of the first byte captured after `millis`; [Long#MAX_VALUE] if there is
  /// none. Assumes that capture times are in ascending order.
  long after(long millis) {
    look();
    if (unknown > millis) {
      return 0;
    }
    long entry = entriesBefore(0, millis);
    return entry == count ? Long.MAX_VALUE : at(entry, 8);
  }

  /// Returns the index of the first entry whose value in `field` is greater than `value`.
  ///
  /// @param field the offset within an entry: 0 for the capture time, 8 for the file offset
  private long entriesBefore(int field, long value) {
    long low = first;
    long high = count;
    long blockEnd = blockFirst + block.limit() / TimeIndexFormat.ENTRY_BYTES;
    // The result is usually near the previous one.
    if (blockEnd > blockFirst
        && at(blockFirst, field) <= value
        && at(blockEnd - 1, field) > value) {
      low = blockFirst + 1;
      high = blockEnd - 1;
    }
    while (low < high) {
      long middle = (low + high) >>> 1;
      if (at(middle, field) <= value) {
        low = middle + 1;
      } else {
        high = middle;
      }
    }
    return low;
  }

  private long at(long entry, int field) {
    if (entry < blockFirst || entry >= blockFirst + block.limit() / TimeIndexFormat.ENTRY_BYTES) {
      load(entry);
    }
    int place = (int) (entry - blockFirst) * TimeIndexFormat.ENTRY_BYTES + field;
    // If the index has been truncated in the meantime, no time is known.
    return place + Long.BYTES <= block.limit() ? block.getLong(place) : Long.MAX_VALUE;
  }

  private void load(long entry) {
    ByteBuffer some = ByteBuffer.allocate(BLOCK_ENTRIES * TimeIndexFormat.ENTRY_BYTES);
    blockFirst = Math.max(first, entry - BLOCK_ENTRIES / 4);
    try (FileChannel channel = FileChannel.open(path, StandardOpenOption.READ)) {
      block = fill(channel, blockFirst, some) ? some : ByteBuffer.allocate(0);
    } catch (IOException gone) {
      block = ByteBuffer.allocate(0);
    }
  }
}
