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
    private byte[] line = {};
    private ByteBuffer out = ByteBuffer.allocate(0);

    private void clear() {
      if (line.length == 0) {
        line = new byte[LONGEST];
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
    /// @param line holds the line without its end from 0 to `length`
    /// @param whole false for a piece of a line whose end is still to come
    void put(byte[] line, int length, boolean whole, ByteBuffer out);
  }

  @Override
  public Laid lay(List<ByteBuffer> waiting, boolean all, Instant at) {
    frame.moment(at);
    scratch.clear();
    byte[] line = scratch.line;
    int consumed = 0;
    int length = 0;
    for (ByteBuffer buffer : waiting) {
      int end = buffer.limit();
      for (int i = buffer.position(); i < end; i++) {
        byte b = buffer.get(i);
        if (b == Lines.END) {
          if (consumed > 0 && !hasRoom(length)) {
            return laid(consumed);
          }
          put(length, true);
          consumed += length + 1;
          length = 0;
        } else {
          if (length == LONGEST) {
            if (consumed > 0 && !hasRoom(length)) {
              return laid(consumed);
            }
            int piece = wholeCharacters(length);
            put(piece, false);
            consumed += piece;
            System.arraycopy(line, piece, line, 0, length - piece);
            length -= piece;
          }
          line[length++] = b;
        }
      }
    }
    if (length > 0 && all && (consumed == 0 || hasRoom(length))) {
      put(length, false);
      consumed += length;
    }
    return consumed == 0 ? Laid.NOTHING : laid(consumed);
  }

  private Laid laid(int consumed) {
    return new Laid(List.of(scratch.out.flip()), consumed);
  }

  @Override
  public ByteBuffer line(String text, Instant at) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    frame.moment(at);
    ByteBuffer own = ByteBuffer.allocateDirect(frame.most(bytes.length));
    frame.put(bytes, bytes.length, true, own);
    return own.flip();
  }

  private boolean hasRoom(int length) {
    return scratch.out.remaining() >= frame.most(length);
  }

  private void put(int length, boolean whole) {
    if (!hasRoom(length)) {
      // The first line of a batch and longer than most.
      scratch.out =
          ByteBuffer.allocateDirect(scratch.out.position() + frame.most(LONGEST))
              .put(scratch.out.flip());
    }
    frame.put(scratch.line, length, whole, scratch.out);
  }

  /// Where a line may be cut so that no character of UTF-8 is.
  private int wholeCharacters(int length) {
    byte[] line = scratch.line;
    int at = length;
    while (at > length - 4 && (line[at - 1] & 0xC0) == 0x80) {
      at--;
    }
    boolean opens = at > length - 4 && (line[at - 1] & 0xC0) == 0xC0;
    return opens ? at - 1 : length;
  }
}
