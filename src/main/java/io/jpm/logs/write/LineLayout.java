package io.jpm.logs.write;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/// Formats output line by line, with a leading date or as JSON. A line longer than [#LONGEST] is
/// split into pieces, each of which is written as a line.
final class LineLayout implements LogLayout {
  /// The length of the longest line that is not split, in bytes.
  static final int LONGEST = 64 * 1024;

  private final LineEncoder lineEncoder;
  private final Scratch scratch;

  /// @param scratch the buffers of the disk thread
  LineLayout(LineEncoder lineEncoder, Scratch scratch) {
    this.lineEncoder = lineEncoder;
    this.scratch = scratch;
  }

  /// The buffers that all layouts of a disk thread share, allocated on first use.
  static final class Scratch {
    private byte[] text = {};
    private ByteBuffer out = ByteBuffer.allocate(0);

    private void clear() {
      if (text.length == 0) {
        text = new byte[2 * LONGEST];
        out = ByteBuffer.allocateDirect(4 * LONGEST);
      }
      out.clear();
    }
  }

  /// Encodes one line for a log file.
  interface LineEncoder {
    /// Sets the capture time of all lines until the next call.
    void setTime(Instant at);

    /// Returns an upper bound on the encoded size of a line of `length` bytes.
    int maxBytes(int length);

    /// Encodes one line and appends a line end.
    ///
    /// @param text the bytes that contain the line, without its line end, from `from` to `to`
    /// @param whole false for a piece of a line that continues
    void encode(byte[] text, int from, int to, boolean whole, ByteBuffer out);
  }

  @Override
  public FormattedBytes format(List<ByteBuffer> waiting, boolean all, Instant at) {
    lineEncoder.setTime(at);
    scratch.clear();
    int size = copy(waiting, scratch.text);
    int from = lines(size);
    if (from == 0 && size >= LONGEST) {
      from = wholeCharacters(LONGEST);
      put(0, from, false);
    } else if (from == 0 && all && size > 0) {
      // An incomplete character at the end waits for its remaining bytes, unless nothing precedes
      // it.
      int whole = wholeCharacters(size);
      from = whole > 0 ? whole : size;
      put(0, from, false);
    }
    return from == 0
        ? FormattedBytes.NOTHING
        : new FormattedBytes(List.of(scratch.out.flip()), from);
  }

  /// Copies the output into an array, because scanning an array is faster.
  private static int copy(List<ByteBuffer> waiting, byte[] text) {
    int size = 0;
    for (ByteBuffer buffer : waiting) {
      int count = Math.min(buffer.remaining(), text.length - size);
      buffer.get(buffer.position(), text, size, count);
      size += count;
    }
    return size;
  }

  /// Encodes the lines that end in the first `size` bytes, as far as they fit into the buffer.
  ///
  /// @return the number of output bytes of the app that were encoded
  private int lines(int size) {
    byte[] text = scratch.text;
    int from = 0;
    for (int at = 0; at < size; at++) {
      if (text[at] == LineBreaks.END) {
        int length = at - from;
        if (length > LONGEST) {
          return from; // is split at the start of a batch
        }
        if (from > 0 && !hasRoom(length)) {
          return from;
        }
        put(from, at, true);
        from = at + 1;
      }
    }
    return from;
  }

  @Override
  public ByteBuffer formatNotice(String text, Instant at) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    lineEncoder.setTime(at);
    ByteBuffer own = ByteBuffer.allocateDirect(lineEncoder.maxBytes(bytes.length));
    lineEncoder.encode(bytes, 0, bytes.length, true, own);
    return own.flip();
  }

  private boolean hasRoom(int length) {
    return scratch.out.remaining() >= lineEncoder.maxBytes(length);
  }

  private void put(int from, int to, boolean whole) {
    if (!hasRoom(to - from)) {
      // Only the first line of a batch can be too long for the buffer.
      scratch.out = ByteBuffer.allocateDirect(lineEncoder.maxBytes(LONGEST));
    }
    lineEncoder.encode(scratch.text, from, to, whole, scratch.out);
  }

  /// Returns the greatest length at which the text can be cut without splitting a UTF-8 character.
  private int wholeCharacters(int length) {
    byte[] text = scratch.text;
    int at = length;
    int least = Math.max(0, length - 4);
    while (at > least && (text[at - 1] & 0xC0) == 0x80) {
      at--;
    }
    boolean opens = at > least && (text[at - 1] & 0xC0) == 0xC0;
    return opens ? at - 1 : length;
  }
}
