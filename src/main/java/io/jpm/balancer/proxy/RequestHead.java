package io.jpm.balancer.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/// An HTTP/1 request, as far as it determines how the connection continues.
///
/// @param headOnly whether the response has no body, whatever its header fields say
/// @param tunnel whether another protocol follows the response
/// @param known whether the length of the request is known
/// @param left the number of remaining bytes of the request; negative if more bytes have arrived
///   than belong to it
record RequestHead(boolean headOnly, boolean tunnel, boolean known, long left) {
  /// A request that could not be parsed.
  static final RequestHead NONE = new RequestHead(false, false, false, 0);

  private static final ByteBuf HEAD = word("HEAD ");
  private static final ByteBuf CONNECT = word("CONNECT ");

  private static ByteBuf word(String text) {
    return Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
  }

  /// Parses the first bytes of a request.
  static RequestHead at(ByteBuf bytes) {
    int begin = bytes.readerIndex();
    boolean headOnly = begins(bytes, HEAD);
    boolean tunnel = begins(bytes, CONNECT);
    int line = bytes.indexOf(begin, bytes.writerIndex(), (byte) '\n');
    BodyFraming fields =
        line < 0 ? new BodyFraming(-1, -1, false) : BodyFraming.at(bytes, line + 1);
    boolean known = fields.end() >= 0 && !fields.chunked();
    long body = Math.max(0, fields.length());
    return new RequestHead(
        headOnly, tunnel, known, known ? body - (bytes.writerIndex() - fields.end()) : 0);
  }

  /// Returns the request after `count` more bytes have arrived.
  RequestHead consume(int count) {
    return known ? new RequestHead(headOnly, tunnel, true, left - count) : this;
  }

  /// Reports whether bytes of another request have arrived together with this one.
  boolean isPipelined() {
    return known && left < 0;
  }

  private static boolean begins(ByteBuf bytes, ByteBuf word) {
    int length = word.readableBytes();
    return bytes.readableBytes() >= length
        && ByteBufUtil.equals(bytes, bytes.readerIndex(), word, 0, length);
  }
}
