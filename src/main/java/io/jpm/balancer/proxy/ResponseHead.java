package io.jpm.balancer.proxy;

import io.netty.buffer.ByteBuf;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/// The head of an HTTP/1 response, as far as it determines how the connection continues.
///
/// @param status the status code
/// @param fields the index after the status line, where a field can be inserted
/// @param end the index after the head; negative if the head is incomplete
/// @param length the value of `Content-Length`; negative if there is none
/// @param chunked whether the body is chunked and therefore marks its own end
record ResponseHead(int status, int fields, int end, long length, boolean chunked) {
  private static final byte[] BEGIN = "HTTP/1.".getBytes(StandardCharsets.US_ASCII);
  private static final int STATUS_AT = "HTTP/1.1 ".length();
  private static final int SHORTEST = STATUS_AT + 3;

  /// Parses the head of a response.
  ///
  /// @param at the index where the head begins
  /// @return the head; null if there is no complete status line
  static @Nullable ResponseHead at(ByteBuf bytes, int at) {
    int lineEnd = bytes.indexOf(at, bytes.writerIndex(), (byte) '\n');
    if (lineEnd - at < SHORTEST || !begins(bytes, at)) {
      return null;
    }
    int status = status(bytes, at + STATUS_AT);
    return status < 0 ? null : withFields(bytes, status, lineEnd + 1);
  }

  private static ResponseHead withFields(ByteBuf bytes, int status, int at) {
    BodyFraming fields = BodyFraming.at(bytes, at);
    return new ResponseHead(status, at, fields.end(), fields.length(), fields.chunked());
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
}
