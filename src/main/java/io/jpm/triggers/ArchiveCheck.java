package io.jpm.triggers;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.channels.FileChannel;

/// Checks whether a zip archive (jar, war, ear) is complete. In a complete archive, the end record
/// refers to a central directory that contains all entries, each at a valid position. The check
/// reads through a buffer of fixed size, regardless of the sizes that the archive declares, and
/// decompresses nothing.
final class ArchiveCheck {
  private static final int END_BYTES = 22;
  private static final int END_SIGNATURE = 0x06054b50;
  private static final int MOST_COMMENT = 0xFFFF;
  private static final int END64_BYTES = 56;
  private static final int END64_SIGNATURE = 0x06064b50;
  private static final int LOCATOR_BYTES = 20;
  private static final int LOCATOR_SIGNATURE = 0x07064b50;
  private static final int ENTRY_BYTES = 46;
  private static final int ENTRY_SIGNATURE = 0x02014b50;
  private static final long IN_END64 = 0xFFFFFFFFL;
  private static final int COUNT_IN_END64 = 0xFFFF;

  /// Upper bound on the number of bytes of the central directory that are checked, which is enough
  /// for about half a million entries.
  private static final long MOST_READ = 64L << 20;

  private final FileChannel file;
  private final long size;
  private final ByteBuffer window = ByteBuffer.allocate(1 << 16).order(ByteOrder.LITTLE_ENDIAN);
  private long windowAt;

  private ArchiveCheck(FileChannel file) throws IOException {
    this.file = file;
    this.size = file.size();
    window.limit(0);
  }

  /// Reports whether the open file is a complete archive.
  static boolean is(FileChannel file) throws IOException {
    var archive = new ArchiveCheck(file);
    long end = archive.end();
    return end >= 0 && archive.hasDirectory(end);
  }

  /// Returns the offset of the end record, which is followed only by its comment; -1 if there is
  /// none.
  private long end() throws IOException {
    for (long at = size - END_BYTES; at >= Math.max(0, size - END_BYTES - MOST_COMMENT); at--) {
      if (has(at, END_BYTES, END_SIGNATURE) && at + END_BYTES + unsignedShort(at + 20) == size) {
        return at;
      }
    }
    return -1;
  }

  private boolean hasDirectory(long end) throws IOException {
    long entries = unsignedShort(end + 10);
    long bytes = unsignedInt(end + 12);
    long offset = unsignedInt(end + 16);
    long after = end;
    if (entries == COUNT_IN_END64 || bytes == IN_END64 || offset == IN_END64) {
      long locator = end - LOCATOR_BYTES;
      if (locator >= 0 && has(locator, LOCATOR_BYTES, LOCATOR_SIGNATURE)) {
        long end64 = number(locator + 8);
        if (end64 < 0
            || end64 > locator - END64_BYTES
            || !has(end64, END64_BYTES, END64_SIGNATURE)) {
          return false;
        }
        entries = number(end64 + 32);
        bytes = number(end64 + 40);
        offset = number(end64 + 48);
        after = end64;
      }
    }
    // Data before the archive, such as a script that starts it, shifts all offsets.
    long begin = after - bytes;
    return bytes >= 0
        && begin >= 0
        && offset >= 0
        && offset <= begin
        && hasEntries(begin, after, entries, begin - offset);
  }

  private boolean hasEntries(long begin, long after, long entries, long moved) throws IOException {
    long at = begin;
    for (long entry = 0; entry < entries; entry++) {
      if (at - begin > MOST_READ) {
        return true;
      }
      if (at + ENTRY_BYTES > after || !has(at, ENTRY_BYTES, ENTRY_SIGNATURE)) {
        return false;
      }
      long content = unsignedInt(at + 42);
      if (content != IN_END64 && content + moved >= begin) {
        return false;
      }
      at += ENTRY_BYTES + unsignedShort(at + 28) + unsignedShort(at + 30) + unsignedShort(at + 32);
    }
    return at == after;
  }

  private boolean has(long at, int bytes, int signature) throws IOException {
    return at + bytes <= size && window(at, bytes).getInt() == signature;
  }

  private int unsignedShort(long at) throws IOException {
    return Short.toUnsignedInt(window(at, Short.BYTES).getShort());
  }

  private long unsignedInt(long at) throws IOException {
    return Integer.toUnsignedLong(window(at, Integer.BYTES).getInt());
  }

  private long number(long at) throws IOException {
    return window(at, Long.BYTES).getLong();
  }

  /// Returns the buffer, positioned at the offset `at` of the file.
  private ByteBuffer window(long at, int bytes) throws IOException {
    if (at < windowAt || at + bytes > windowAt + window.limit()) {
      // The search for the end record runs backwards, so the last window covers the end of the
      // file.
      windowAt = at + window.capacity() > size ? Math.max(0, size - window.capacity()) : at;
      window.clear();
      for (long next = windowAt; window.hasRemaining(); next = windowAt + window.position()) {
        if (file.read(window, next) < 0) {
          break;
        }
      }
      window.flip();
      if (at + bytes > windowAt + window.limit()) {
        window.limit(0);
        throw new IOException("the file has become shorter");
      }
    }
    return window.position((int) (at - windowAt));
  }
}
