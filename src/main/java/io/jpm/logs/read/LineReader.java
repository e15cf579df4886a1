package io.jpm.logs.read;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/// Reads a file line by line, in one small buffer however long the lines are.
final class LineReader {
  /// Of a longer line the rest is not shown; the file has it.
  static final int CUT_BYTES = 64 * 1024;

  /// A line that goes on after so much is read as several: whoever may write to a file can make one
  /// of any length, which takes up no room on the disk.
  static final long MOST_BYTES = 16L << 20;

  /// Stands at the end of a line of which not all is shown.
  static final String CUT_MARK = "…";

  private final PartBytes bytes;
  private final ByteBuffer buffer;

  /// Where the buffer's position stands in the file.
  private long offset;

  private long work;

  LineReader(PartBytes bytes, long offset, int bufferBytes) {
    this.bytes = bytes;
    this.buffer = ByteBuffer.allocate(bufferBytes).limit(0);
    this.offset = offset;
  }

  /// Where the next line begins.
  long offset() {
    return offset;
  }

  /// How many bytes have been read so far.
  long work() {
    return work;
  }

  /// Whether nothing comes any more.
  boolean atEnd() throws IOException {
    return !buffer.hasRemaining() && !fill();
  }

  /// The first bytes of the next line, at most `count`.
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

  /// The next line without its end, or what there is of it before an offset.
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
      // No half character before the mark.
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
      buffer.flip(); // nothing is in it when the reading has failed
    }
  }
}
