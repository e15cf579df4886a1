package io.jpm.model.text;

import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharsetDecoder;
import java.nio.charset.CoderResult;
import java.nio.charset.StandardCharsets;

/// Converts between text and the bytes that the kernel uses for arguments, environment values and
/// file names. These bytes are UTF-8 only by convention, and a process manager must pass on exactly
/// the bytes that it received. Therefore a byte that is not part of valid UTF-8 is represented as a
/// lone surrogate U+DC80 to U+DCFF (Python's `surrogateescape`), and `toBytes(fromBytes(b))` is `b`
/// for every `b`.
public final class SurrogateEscape {
  private static final int ESCAPE = 0xDC00;

  private SurrogateEscape() {}

  /// Returns the bytes that `text` represents. A lone surrogate outside U+DC80 to U+DCFF becomes
  /// `?`, as in [String#getBytes(java.nio.charset.Charset)].
  public static byte[] toBytes(String text) {
    int length = text.length();
    ByteBuffer out = ByteBuffer.allocate(length * 3);
    for (int i = 0; i < length; i++) {
      char c = text.charAt(i);
      if (c < 0x80) {
        out.put((byte) c);
      } else if (Character.isHighSurrogate(c)
          && i + 1 < length
          && Character.isLowSurrogate(text.charAt(i + 1))) {
        putLong(out, Character.toCodePoint(c, text.charAt(++i)));
      } else if (c >= ESCAPE + 0x80 && c <= ESCAPE + 0xFF) {
        out.put((byte) (c - ESCAPE));
      } else if (Character.isSurrogate(c)) {
        out.put((byte) '?');
      } else {
        putLong(out, c);
      }
    }
    byte[] bytes = new byte[out.position()];
    out.flip().get(bytes);
    return bytes;
  }

  private static void putLong(ByteBuffer out, int codePoint) {
    if (codePoint < 0x800) {
      out.put((byte) (0xC0 | (codePoint >> 6)));
    } else {
      if (codePoint < 0x10000) {
        out.put((byte) (0xE0 | (codePoint >> 12)));
      } else {
        out.put((byte) (0xF0 | (codePoint >> 18)));
        out.put((byte) (0x80 | ((codePoint >> 12) & 0x3F)));
      }
      out.put((byte) (0x80 | ((codePoint >> 6) & 0x3F)));
    }
    out.put((byte) (0x80 | (codePoint & 0x3F)));
  }

  /// Returns the text for `bytes`: UTF-8, with an escape for each invalid byte.
  public static String fromBytes(byte[] bytes) {
    CharsetDecoder decoder = StandardCharsets.UTF_8.newDecoder();
    ByteBuffer in = ByteBuffer.wrap(bytes);
    CharBuffer out = CharBuffer.allocate(bytes.length);
    for (CoderResult result = decoder.decode(in, out, true);
        result.isError();
        result = decoder.decode(in, out, true)) {
      for (int i = 0; i < result.length(); i++) {
        out.put((char) (ESCAPE + (in.get() & 0xFF)));
      }
    }
    return out.flip().toString();
  }
}
