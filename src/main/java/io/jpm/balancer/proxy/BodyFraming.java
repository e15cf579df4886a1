package io.jpm.balancer.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.util.AsciiString;

/// The fields of an HTTP/1 head that determine the length of the body.
///
/// @param end the index after the head; negative if the head is incomplete
/// @param length the value of `Content-Length`; negative if there is none
/// @param chunked whether the body is chunked and therefore marks its own end
record BodyFraming(int end, long length, boolean chunked) {
  private static final AsciiString LENGTH = AsciiString.cached("content-length:");
  private static final AsciiString ENCODING = AsciiString.cached("transfer-encoding:");
  private static final AsciiString CHUNKED = AsciiString.cached("chunked");
  private static final long UNKNOWN = -1;
  private static final int MOST_DIGITS = 18;

  /// Parses the fields. Copies nothing, because every response passes through this method.
  ///
  /// @param from the index after the first line
  static BodyFraming at(ByteBuf bytes, int from) {
    long length = UNKNOWN;
    boolean chunked = false;
    int line = from;
    while (true) {
      int lineEnd = bytes.indexOf(line, bytes.writerIndex(), (byte) '\n');
      if (lineEnd < 0) {
        return new BodyFraming(-1, UNKNOWN, false);
      }
      if (lineEnd - line <= 1) {
        return new BodyFraming(lineEnd + 1, length, chunked);
      }
      if (is(bytes, line, lineEnd, LENGTH)) {
        length = number(bytes, line + LENGTH.length(), lineEnd);
      } else if (is(bytes, line, lineEnd, ENCODING)) {
        int end = withoutBlanks(bytes, line, lineEnd);
        chunked = is(bytes, end - CHUNKED.length(), end, CHUNKED);
      }
      line = lineEnd + 1;
    }
  }

  private static boolean is(ByteBuf bytes, int at, int end, AsciiString text) {
    if (end - at < text.length()) {
      return false;
    }
    for (int i = 0; i < text.length(); i++) {
      if (AsciiString.toLowerCase((char) bytes.getByte(at + i)) != text.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static long number(ByteBuf bytes, int from, int lineEnd) {
    int end = withoutBlanks(bytes, from, lineEnd);
    int at = from;
    while (at < end && isBlank(bytes.getByte(at))) {
      at++;
    }
    if (at == end || end - at > MOST_DIGITS) {
      return UNKNOWN;
    }
    long number = 0;
    for (; at < end; at++) {
      int digit = bytes.getByte(at) - '0';
      if (digit < 0 || digit > 9) {
        return UNKNOWN;
      }
      number = number * 10 + digit;
    }
    return number;
  }

  /// Returns the index at which a line ends without its trailing blanks.
  private static int withoutBlanks(ByteBuf bytes, int from, int lineEnd) {
    int end = lineEnd;
    while (end > from && isBlank(bytes.getByte(end - 1))) {
      end--;
    }
    return end;
  }

  private static boolean isBlank(byte one) {
    return one == ' ' || one == '\t' || one == '\r';
  }
}
