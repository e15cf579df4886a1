package io.jpm.balancer.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Tracks an HTTP/1 connection to determine where a response begins and whether all requests have
/// been answered. Data that cannot be parsed is treated as an unknown protocol. Owned by the
/// connection's event loop.
final class HttpTracker {
  /// The result of [#answered] if no header field can be inserted.
  static final int NOWHERE = -1;

  private enum Stage {
    /// Another protocol, or a response that could not be parsed.
    UNKNOWN,
    /// The client has sent data, and a response is expected.
    ASKED,
    /// A response is being received.
    ANSWERING,
    /// All requests have been answered.
    ANSWERED,
    /// The connection was upgraded: arbitrary bytes follow until it is closed.
    RAW
  }

  private Stage stage = Stage.UNKNOWN;
  private RequestHead requestHead = RequestHead.NONE;

  /// Whether the client has sent data during a response.
  private boolean ahead;

  /// Whether the client has sent a request before the previous one was answered. In this case, it
  /// is not known which response is the last one.
  private boolean pipelined;

  /// The number of remaining bytes of the body; negative if it is not known.
  private long left;

  private @Nullable ChunkedBodyScanner chunks;

  /// Tracks bytes that the client has sent to the instance.
  void asked(ByteBuf bytes) {
    if (stage == Stage.UNKNOWN || stage == Stage.ANSWERED) {
      requestHead = RequestHead.at(bytes);
      stage = requestHead.tunnel() ? Stage.RAW : Stage.ASKED;
      pipelined |= requestHead.isPipelined();
    } else if (stage == Stage.ASKED) {
      requestHead = requestHead.consume(bytes.readableBytes());
      pipelined |= requestHead.isPipelined();
    } else if (stage == Stage.ANSWERING) {
      ahead = true;
    }
  }

  /// Tracks bytes that the instance has sent to the client.
  ///
  /// @return the index in `bytes` where the first header field of a response begins, or [#NOWHERE]
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

  /// Reports whether the connection is HTTP/1 and no request or response is in progress.
  boolean idle() {
    return stage == Stage.ANSWERED && !pipelined;
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
        // This is an interim response, which the final one follows.
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
    boolean empty = requestHead.headOnly() || head.status() == 204 || head.status() == 304;
    stage = Stage.ANSWERING;
    ahead = false;
    chunks = !empty && head.chunked() ? new ChunkedBodyScanner() : null;
    left = empty ? 0 : head.length();
    body(bytes, head.end());
  }

  private void body(ByteBuf bytes, int from) {
    ChunkedBodyScanner chunked = chunks;
    if (chunked != null) {
      chunked.read(bytes, from);
      stage = chunked.ended() ? done() : chunked.isMalformed() ? Stage.UNKNOWN : Stage.ANSWERING;
    } else if (left >= 0) {
      left -= bytes.writerIndex() - from;
      // More bytes than announced are responses to pipelined requests.
      stage = left > 0 ? Stage.ANSWERING : left == 0 ? done() : Stage.UNKNOWN;
    }
  }

  private Stage done() {
    requestHead = RequestHead.NONE;
    return ahead ? Stage.ASKED : Stage.ANSWERED;
  }
}
