package io.jpm.logs.read;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Reads a file line by line through one small buffer, regardless of the length of the lines.
final class LineReader {
  /// The maximum number of bytes of a line that are returned. Longer lines are truncated.
  static final int CUT_BYTES = 64 * 1024;

  /// The maximum length of a line, in bytes. A longer line is read as several lines. Otherwise an
  /// app could create a line of any length that occupies no disk space, because it consists of
  /// holes.
  static final long MOST_BYTES = 16L << 20;

  /// The text that is appended to a truncated line.
  static final String CUT_MARK = "…";

  private final LogContent bytes;
  private final ByteBuffer buffer;

  /// The file offset of the next byte in the buffer.
  private long offset;

  private long work;

  LineReader(LogContent bytes, long offset, int bufferBytes) {
    this.bytes = bytes;
    this.buffer = ByteBuffer.allocate(bufferBytes).limit(0);
    this.offset = offset;
  }

  /// Returns the offset of the next line.
  long offset() {
    return offset;
  }

  /// Returns the number of bytes read so far.
  long bytesRead() {
    return work;
  }

  /// Reports whether the file has no more bytes.
  boolean atEnd() throws IOException {
    return !buffer.hasRemaining() && !fill();
  }

  /// Returns the first bytes of the next line, at most `count`, without consuming them.
  String peek(int count) throws IOException {
    if (buffer.remaining() < count) {
      buffer.compact();
      try {
        work += bytes.read(offset + buffer.position(), buffer);
      } finally {
        buffer.flip();
      }
    }
    int length = Math.min(count, buffer.remaining());
    return new String(buffer.array(), buffer.position(), length, StandardCharsets.ISO_8859_1);
  }

  /// Returns the next line without its line end, but only the part before the offset `before`.
  String line(long before) throws IOException {
    long end = Math.min(before, offset + MOST_BYTES);
    var kept = new ByteArrayOutputStream();
    boolean cut = false;
    boolean ended = false;
    while (!ended && offset < end && !atEnd()) {
      int from = buffer.position();
      int most = (int) Math.min(buffer.remaining(), end - offset);
      int length = lengthToLineEnd(from, most);
      ended = length < most;
      int wanted = Math.min(length, CUT_BYTES - kept.size());
      kept.write(buffer.array(), from, wanted);
      cut |= wanted < length;
      int taken = ended ? length + 1 : length;
      buffer.position(from + taken);
      offset += taken;
    }
    return text(kept.toByteArray(), cut);
  }

  private int lengthToLineEnd(int from, int most) {
    byte[] array = buffer.array();
    for (int i = 0; i < most; i++) {
      if (array[from + i] == '\n') {
        return i;
      }
    }
    return most;
  }

  private static String text(byte[] line, boolean cut) {
    int length = line.length;
    if (cut) {
      // Do not cut within a UTF-8 character.
      while (length > 0 && line.length - length < 3 && (line[length - 1] & 0xC0) == 0x80) {
        length--;
      }
      if (length > 0 && (line[length - 1] & 0xC0) == 0xC0) {
        length--;
      }
      return new String(line, 0, length, StandardCharsets.UTF_8) + CUT_MARK;
    }
    if (length > 0 && line[length - 1] == '\r') {
      length--;
    }
    return new String(line, 0, length, StandardCharsets.UTF_8);
  }

  private boolean fill() throws IOException {
    buffer.clear();
    try {
      int count = bytes.read(offset, buffer);
      work += count;
      return count > 0;
    } finally {
      buffer.flip(); // empty if the read has failed
    }
  }
}
