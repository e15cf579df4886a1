package io.jpm.balancer.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Follows what goes over a connection closely enough to know, if it is HTTP/1, where a response
/// begins and whether all that was asked has been answered. What it does not understand it takes
/// for another protocol, about which nothing is known. Owned by the connection's event loop.
final class HttpTalk {
  /// The answer when no field can be put in.
  static final int NOWHERE = -1;

  private enum Stage {
    /// Another protocol, or a response that was not understood.
    UNKNOWN,
    /// The client has spoken last.
    ASKED,
    /// A response is on its way.
    ANSWERING,
    /// Nothing is owed.
    ANSWERED,
    /// Upgraded: bytes of any kind, until the end.
    RAW
  }

  /// The end of a chunked body, `\r\n0\r\n\r\n`, as a number.
  private static final long LAST_CHUNK = 0x0D0A_300D_0A0D_0AL;

  private static final int LAST_CHUNK_BYTES = 7;
  private static final long LAST_CHUNK_MASK = (1L << (8 * LAST_CHUNK_BYTES)) - 1;

  private Stage stage = Stage.UNKNOWN;
  private boolean headOnly;

  /// Whether the client has spoken during a response.
  private boolean ahead;

  /// Bytes of the body that are to come; negative: unknown.
  private long left;

  private boolean chunked;
  private long tail;

  /// Bytes go to the instance.
  void asked(ByteBuf bytes) {
    if (stage == Stage.UNKNOWN || stage == Stage.ANSWERED) {
      stage = Stage.ASKED;
      headOnly = ResponseHead.asksForHeadOnly(bytes);
    } else if (stage == Stage.ANSWERING) {
      ahead = true;
    }
  }

  /// Bytes come from the instance.
  ///
  /// @return the index in `bytes` where a response's first field begins, or [#NOWHERE]
  int answered(ByteBuf bytes) {
    return switch (stage) {
      case RAW -> NOWHERE;
      case ASKED -> response(bytes, bytes.readerIndex());
      case ANSWERING -> {
        body(bytes, bytes.readerIndex());
        yield NOWHERE;
      }
      case UNKNOWN, ANSWERED -> {
        stage = Stage.UNKNOWN;
        yield NOWHERE;
      }
    };
  }

  /// Whether the connection is HTTP/1 and nothing is on its way.
  boolean idle() {
    return stage == Stage.ANSWERED;
  }

  private int response(ByteBuf bytes, int from) {
    int at = from;
    ResponseHead head = ResponseHead.at(bytes, at);
    while (head != null && head.status() < 200) {
      if (head.status() == 101) {
        stage = Stage.RAW;
        return NOWHERE;
      }
      if (head.end() < 0 || head.end() == bytes.writerIndex()) {
        // An interim response: the real one is still to come.
        stage = head.end() < 0 ? Stage.UNKNOWN : Stage.ASKED;
        return NOWHERE;
      }
      at = head.end();
      head = ResponseHead.at(bytes, at);
    }
    begin(bytes, head);
    return head == null ? NOWHERE : head.fields();
  }

  private void begin(ByteBuf bytes, @Nullable ResponseHead head) {
    if (head == null || head.end() < 0) {
      stage = Stage.UNKNOWN;
      return;
    }
    boolean empty = headOnly || head.status() == 204 || head.status() == 304;
    stage = Stage.ANSWERING;
    ahead = false;
    chunked = !empty && head.chunked();
    left = empty ? 0 : chunked ? -1 : head.length();
    tail = 0;
    if (chunked) {
      // A body without a chunk ends right behind the head's own line end.
      follow(bytes, head.end() - 2, head.end());
    }
    body(bytes, head.end());
  }

  private void body(ByteBuf bytes, int from) {
    int count = bytes.writerIndex() - from;
    if (chunked) {
      follow(bytes, Math.max(from, bytes.writerIndex() - LAST_CHUNK_BYTES), bytes.writerIndex());
      stage = (tail & LAST_CHUNK_MASK) == LAST_CHUNK ? done() : Stage.ANSWERING;
    } else if (left >= 0) {
      left -= count;
      // More than was announced: answers to requests that were sent ahead.
      stage = left > 0 ? Stage.ANSWERING : left == 0 ? done() : Stage.UNKNOWN;
    }
  }

  private Stage done() {
    headOnly = false;
    return ahead ? Stage.ASKED : Stage.ANSWERED;
  }

  private void follow(ByteBuf bytes, int from, int to) {
    for (int i = from; i < to; i++) {
      tail = tail << 8 | (bytes.getByte(i) & 0xff);
    }
  }
}
