package io.jpm.logs.write;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.List;

/// Each line by itself: behind a date or as JSON. A line that is longer than [#LONGEST] comes in
/// pieces, each of which stands as a line.
final class FramedLayout implements Layout {
  /// Bytes of the longest line that is kept in one piece.
  static final int LONGEST = 64 * 1024;

  private final Frame frame;
  private final Scratch scratch;

  /// @param scratch that of the lane
  FramedLayout(Frame frame, Scratch scratch) {
    this.frame = frame;
    this.scratch = scratch;
  }

  /// What all layouts of a lane work in, made when first needed.
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

  /// What a line becomes.
  interface Frame {
    /// The moment of all lines until the next call.
    void moment(Instant at);

    /// At most how many bytes a line of `length` bytes becomes.
    int most(int length);

    /// Puts one line, with a line end.
    ///
    /// @param text holds the line, without its end, from `from` to `to`
    /// @param whole false for a piece of a line whose end is still to come
    void put(byte[] text, int from, int to, boolean whole, ByteBuffer out);
  }

  @Override
  public Laid lay(List<ByteBuffer> waiting, boolean all, Instant at) {
    frame.moment(at);
    scratch.clear();
    int size = copy(waiting, scratch.text);
    int from = lines(size);
    if (from == 0 && size >= LONGEST) {
      from = wholeCharacters(LONGEST);
      put(0, from, false);
    } else if (from == 0 && all && size > 0) {
      // Half a character waits for its other half, but not alone.
      int whole = wholeCharacters(size);
      from = whole > 0 ? whole : size;
      put(0, from, false);
    }
    return from == 0 ? Laid.NOTHING : new Laid(List.of(scratch.out.flip()), from);
  }

  /// Bytes are looked at in an array, where that is quick.
  private static int copy(List<ByteBuffer> waiting, byte[] text) {
    int size = 0;
    for (ByteBuffer buffer : waiting) {
      int count = Math.min(buffer.remaining(), text.length - size);
      buffer.get(buffer.position(), text, size, count);
      size += count;
    }
    return size;
  }

  /// Puts the lines that end in the first `size` bytes, as far as there is room for them.
  ///
  /// @return how many bytes they are
  private int lines(int size) {
    byte[] text = scratch.text;
    int from = 0;
    for (int at = 0; at < size; at++) {
      if (text[at] == LineBreaks.END) {
        int length = at - from;
        if (length > LONGEST) {
          return from; // comes in pieces, which begin a batch
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
  public ByteBuffer line(String text, Instant at) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    frame.moment(at);
    ByteBuffer own = ByteBuffer.allocateDirect(frame.most(bytes.length));
    frame.put(bytes, 0, bytes.length, true, own);
    return own.flip();
  }

  private boolean hasRoom(int length) {
    return scratch.out.remaining() >= frame.most(length);
  }

  private void put(int from, int to, boolean whole) {
    if (!hasRoom(to - from)) {
      // The first line of a batch and longer than most.
      scratch.out = ByteBuffer.allocateDirect(frame.most(LONGEST));
    }
    frame.put(scratch.text, from, to, whole, scratch.out);
  }

  /// Where a line may be cut so that no character of UTF-8 is.
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
