package io.jpm.balancer.proxy;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.ByteBufUtil;
import io.netty.buffer.Unpooled;
import java.nio.charset.StandardCharsets;

/// What a client has asked for, as far as it tells how the connection goes on.
///
/// @param headOnly the answer has no body, whatever it says
/// @param tunnel after the answer something else than HTTP is spoken
/// @param known whether it is known how long the request is
/// @param left bytes of it that are to come; negative: more came than belong to it
record Request(boolean headOnly, boolean tunnel, boolean known, long left) {
  /// None that is understood.
  static final Request NONE = new Request(false, false, false, 0);

  private static final ByteBuf HEAD = word("HEAD ");
  private static final ByteBuf CONNECT = word("CONNECT ");

  private static ByteBuf word(String text) {
    return Unpooled.unreleasableBuffer(Unpooled.copiedBuffer(text, StandardCharsets.US_ASCII));
  }

  /// Reads the first bytes of a request.
  static Request at(ByteBuf bytes) {
    int begin = bytes.readerIndex();
    boolean headOnly = begins(bytes, HEAD);
    boolean tunnel = begins(bytes, CONNECT);
    int line = bytes.indexOf(begin, bytes.writerIndex(), (byte) '\n');
    HeadFields fields = line < 0 ? new HeadFields(-1, -1, false) : HeadFields.at(bytes, line + 1);
    boolean known = fields.end() >= 0 && !fields.chunked();
    long body = Math.max(0, fields.length());
    return new Request(
        headOnly, tunnel, known, known ? body - (bytes.writerIndex() - fields.end()) : 0);
  }

  /// More bytes have come.
  Request and(int count) {
    return known ? new Request(headOnly, tunnel, true, left - count) : this;
  }

  /// Whether another request came behind it.
  boolean followed() {
    return known && left < 0;
  }

  private static boolean begins(ByteBuf bytes, ByteBuf word) {
    int length = word.readableBytes();
    return bytes.readableBytes() >= length
        && ByteBufUtil.equals(bytes, bytes.readerIndex(), word, 0, length);
  }
}
