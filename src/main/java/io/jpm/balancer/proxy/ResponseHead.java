package io.jpm.balancer.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import io.netty.util.AsciiString;
import java.nio.charset.StandardCharsets;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/// The head of an HTTP/1 response, as far as it tells how the connection goes on.
///
/// @param status the three digits
/// @param fields the index behind the status line, where a field can be put in
/// @param end the index behind the head; negative: it is not all there
/// @param length what `Content-Length` says; negative: nothing
/// @param chunked whether the body says itself where it ends
record ResponseHead(int status, int fields, int end, long length, boolean chunked) {
  private static final byte[] BEGIN = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);
  private static final ByteBuf HEAD =
      Unpooled.unreleasableBuffer(Unpooled.copiedBuffer("HEAD ", StandardCharsets.US_ASCII));
  private static final int STATUS_AT = "HTTP/1.1 ".length();
  private static final int SHORTEST = STATUS_AT + 3;
  private static final AsciiString LENGTH = AsciiString.cached("content-length:");
  private static final AsciiString ENCODING = AsciiString.cached("transfer-encoding:");
  private static final long UNKNOWN = -1;

  /// Reads a head.
  ///
  /// @param at the index where it begins
  /// @return null when no whole status line is there
  static @Nullable ResponseHead at(ByteBuf bytes, int at) {
    int lineEnd = bytes.indexOf(at, bytes.writerIndex(), (byte) '\n');
    if (lineEnd - at < SHORTEST || !begins(bytes, at)) {
      return null;
    }
    int status = status(bytes, at + STATUS_AT);
    return status < 0 ? null : withFields(bytes, status, lineEnd + 1);
  }

  private static ResponseHead withFields(ByteBuf bytes, int status, int fields) {
    long length = UNKNOWN;
    boolean chunked = false;
    int line = fields;
    while (true) {
      int lineEnd = bytes.indexOf(line, bytes.writerIndex(), (byte) '\n');
      if (lineEnd < 0) {
        return new ResponseHead(status, fields, -1, UNKNOWN, false);
      }
      if (lineEnd - line <= 1) {
        return new ResponseHead(status, fields, lineEnd + 1, length, chunked);
      }
      if (is(bytes, line, lineEnd, LENGTH)) {
        length = number(value(bytes, line, lineEnd, LENGTH));
      } else if (is(bytes, line, lineEnd, ENCODING)) {
        chunked = value(bytes, line, lineEnd, ENCODING).endsWith("chunked");
      }
      line = lineEnd + 1;
    }
  }

  private static boolean begins(ByteBuf bytes, int at) {
    for (int i = 0; i < BEGIN.length; i++) {
      if (bytes.getByte(at + i) != BEGIN[i]) {
        return false;
      }
    }
    return bytes.getByte(at + STATUS_AT - 1) == ' ';
  }

  private static int status(ByteBuf bytes, int at) {
    int status = 0;
    for (int i = 0; i < 3; i++) {
      int digit = bytes.getByte(at + i) - '0';
      if (digit < 0 || digit > 9) {
        return -1;
      }
      status = status * 10 + digit;
    }
    return status;
  }

  private static boolean is(ByteBuf bytes, int line, int lineEnd, AsciiString name) {
    if (lineEnd - line < name.length()) {
      return false;
    }
    for (int i = 0; i < name.length(); i++) {
      if (AsciiString.toLowerCase((char) bytes.getByte(line + i)) != name.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  private static String value(ByteBuf bytes, int line, int lineEnd, AsciiString name) {
    int from = line + name.length();
    return bytes
        .toString(from, lineEnd - from, StandardCharsets.US_ASCII)
        .strip()
        .toLowerCase(Locale.ROOT);
  }

  private static long number(String text) {
    boolean whole =
        !text.isEmpty() && text.length() <= 18 && text.chars().allMatch(Character::isDigit);
    return whole ? Long.parseLong(text) : UNKNOWN;
  }

  /// Whether a client's bytes are a request for a head alone.
  static boolean asksForHeadOnly(ByteBuf request) {
    int length = HEAD.readableBytes();
    return request.readableBytes() >= length
        && ByteBufUtil.equals(request, request.readerIndex(), HEAD, 0, length);
  }
}
