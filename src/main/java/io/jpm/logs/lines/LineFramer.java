package io.jpm.logs.lines;

import io.jpm.wire.LinesMessage;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/// Splits the bytes of one output stream into lines and pieces of lines. Confined to the thread
/// that moves this stream.
///
/// At most three bytes are kept between two calls, because their meaning depends on the next byte.
/// They are a carriage return or the first bytes of a UTF-8 character.
final class LineFramer {
  /// Receives the lines.
  interface Sink {
    /// Receives one line or one piece of a line; see [LinesMessage.Line].
    void line(String text, boolean partial, boolean rest);
  }

  private static final int MAX_BYTES = LinesMessage.MAX_LINE_BYTES;
  private static final int MAX_TRAILING_BYTES = 3;

  private byte[] held = {};
  private boolean amidLine;

  /// Passes all lines in `bytes` to `sink`. The text after the last line end is passed as a piece.
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

  /// Passes pieces to `sink` until the remainder is not longer than the maximum length of a line.
  ///
  /// @return the start of the remainder
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

  /// Returns the number of bytes at the end that cannot be decoded without the bytes that follow.
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

  /// Returns the length of the UTF-8 character that begins with `first`; 1 if no character begins
  /// with it.
  private static int characterBytes(int first) {
    if (first < 0xC2 || first > 0xF4) {
      return 1;
    }
    return first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  }
}
