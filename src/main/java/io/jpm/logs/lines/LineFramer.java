package io.jpm.logs.lines;

import io.jpm.wire.LinesMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Makes lines of the bytes of one stream. Owned by whoever moves that stream.
///
/// It keeps at most three bytes from one call to the next, those that cannot be told without the
/// bytes that follow: a carriage return, or the begin of a character.
final class LineFramer {
  /// Who gets the lines.
  interface Sink {
    /// One line or piece, see [LinesMessage.Line].
    void line(String text, boolean partial, boolean rest);
  }

  private static final int MAX_BYTES = LinesMessage.MAX_LINE_BYTES;
  private static final int MAX_TRAILING_BYTES = 3;

  private byte[] held = {};
  private boolean amidLine;

  /// Tells all lines of `bytes`, and as a piece what stands behind the last line end.
  void frame(List<ByteBuffer> bytes, Sink sink) {
    byte[] all = joined(bytes);
    int start = 0;
    for (int i = 0; i < all.length; i++) {
      if (all[i] == '\n') {
        boolean isCrLf = i > start && all[i - 1] == '\r';
        wholeLine(all, start, isCrLf ? i - 1 : i, sink);
        start = i + 1;
      }
    }
    int end = all.length - unclear(all, start, all.length);
    held = Arrays.copyOfRange(all, end, all.length);
    if (end > start) {
      int from = cutAll(all, start, end, sink);
      tell(all, from, end, true, sink);
    }
  }

  private byte[] joined(List<ByteBuffer> bytes) {
    int length = held.length;
    for (ByteBuffer buffer : bytes) {
      length += buffer.remaining();
    }
    byte[] all = Arrays.copyOf(held, length);
    int at = held.length;
    for (ByteBuffer buffer : bytes) {
      buffer.get(buffer.position(), all, at, buffer.remaining());
      at += buffer.remaining();
    }
    return all;
  }

  private void wholeLine(byte[] all, int start, int end, Sink sink) {
    int from = cutAll(all, start, end, sink);
    tell(all, from, end, false, sink);
  }

  /// Tells pieces until what is left is no longer than a line may be.
  ///
  /// @return where the rest begins
  private int cutAll(byte[] all, int start, int end, Sink sink) {
    int from = start;
    while (end - from > MAX_BYTES) {
      int cut = from + MAX_BYTES;
      cut -= unclear(all, from, cut);
      tell(all, from, cut, true, sink);
      from = cut;
    }
    return from;
  }

  private void tell(byte[] all, int from, int end, boolean partial, Sink sink) {
    sink.line(new String(all, from, end - from, StandardCharsets.UTF_8), partial, amidLine);
    amidLine = partial;
  }

  /// How many bytes at the end mean nothing by themselves.
  private static int unclear(byte[] all, int start, int end) {
    if (end > start && all[end - 1] == '\r') {
      return 1;
    }
    for (int back = 1; back <= Math.min(MAX_TRAILING_BYTES, end - start); back++) {
      int first = all[end - back] & 0xFF;
      if ((first & 0xC0) != 0x80) {
        return characterBytes(first) > back ? back : 0;
      }
    }
    return 0;
  }

  /// How long a UTF-8 character is that begins so; 1 for what begins none.
  private static int characterBytes(int first) {
    if (first < 0xC2 || first > 0xF4) {
      return 1;
    }
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  }
}
