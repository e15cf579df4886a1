package io.jpm.balancer.proxy;

import io.netty.buffer.ByteBuf;
import org.jspecify.annotations.Nullable;

/// Follows what goes over a connection closely enough to know, if it is HTTP/1, where a response
/// begins and whether all that was asked has been answered. What it does not understand it takes
/// for another protocol, about which nothing is known. Owned by the connection's event loop.
final class HttpTracker {
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

  private Stage stage = Stage.UNKNOWN;
  private Request request = Request.NONE;

  /// Whether the client has spoken during a response.
  private boolean ahead;

  /// Whether the client has sent requests before it had the answer to the one before; which answer
  /// is the last one is not known then.
  private boolean pipelined;

  /// Bytes of the body that are to come; negative: unknown.
  private long left;

  private @Nullable ChunkedBody chunks;

  /// Bytes go to the instance.
  void asked(ByteBuf bytes) {
    if (stage == Stage.UNKNOWN || stage == Stage.ANSWERED) {
      request = Request.at(bytes);
      stage = request.tunnel() ? Stage.RAW : Stage.ASKED;
      pipelined |= request.followed();
    } else if (stage == Stage.ASKED) {
      request = request.and(bytes.readableBytes());
      pipelined |= request.followed();
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
    boolean empty = request.headOnly() || head.status() == 204 || head.status() == 304;
    stage = Stage.ANSWERING;
    ahead = false;
    chunks = !empty && head.chunked() ? new ChunkedBody() : null;
    left = empty ? 0 : head.length();
    body(bytes, head.end());
  }

  private void body(ByteBuf bytes, int from) {
    ChunkedBody chunked = chunks;
    if (chunked != null) {
      chunked.read(bytes, from);
      stage = chunked.ended() ? done() : chunked.strange() ? Stage.UNKNOWN : Stage.ANSWERING;
    } else if (left >= 0) {
      left -= bytes.writerIndex() - from;
      // More than was announced: answers to requests that were sent ahead.
      stage = left > 0 ? Stage.ANSWERING : left == 0 ? done() : Stage.UNKNOWN;
    }
  }

  private Stage done() {
    request = Request.NONE;
    return ahead ? Stage.ASKED : Stage.ANSWERED;
  }
}
