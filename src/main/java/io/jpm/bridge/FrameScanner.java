package io.jpm.bridge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Splits the bytes of one connection into frames and checks each when it is complete, so the
/// result does not depend on how the bytes are split into chunks. Without it, the Vert.x bridge
/// would wait for a frame of any declared length and build a tree of any size from it. Confined to
/// the connection's event loop.
final class FrameScanner {
  static final int PREFIX_BYTES = 4;

  private static final int FIRST_CAPACITY = 256;

  /// Receives the frames.
  interface Taker {
    /// Returns the limits of the next frame.
    FrameRules rules();

    /// Reports whether more frames are accepted.
    boolean isOpen();

    /// Receives a valid frame with its length prefix, and must release it.
    void frame(ByteBuf frame);

    /// Receives the number of bytes that are allocated for an incomplete frame; 0: none.
    void holds(int bytes);

    /// The connection sent an invalid frame; nothing more can be read from it.
    ///
    /// @param reason a clause, such as `it sent a frame that has no type`
    void broken(String reason);
  }

  private final Taker taker;
  private @Nullable ByteBuf gathered;

  FrameScanner(Taker taker) {
    this.taker = taker;
  }

  /// Reads the chunk; the caller keeps its ownership and releases it.
  void take(ByteBuf chunk) {
    while (taker.isOpen() && chunk.isReadable()) {
      ByteBuf begun = gathered;
      if (begun != null) {
        goOn(begun, chunk);
      } else if (chunk.readableBytes() < PREFIX_BYTES) {
        begin(chunk, FIRST_CAPACITY);
      } else {
        next(chunk);
      }
    }
  }

  /// Releases the incomplete frame, if there is one.
  void close() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
      taker.holds(0);
    }
  }

  /// Reads a frame that begins at the start of the chunk and whose length prefix is complete.
  private void next(ByteBuf chunk) {
    int length = chunk.getInt(chunk.readerIndex());
    if (!isAllowed(length)) {
      return;
    }
    int whole = PREFIX_BYTES + length;
    if (chunk.readableBytes() >= whole) {
      judge(chunk.readRetainedSlice(whole));
    } else {
      begin(chunk, Math.min(whole, Math.max(FIRST_CAPACITY, chunk.readableBytes())));
    }
  }

  private void begin(ByteBuf chunk, int capacity) {
    ByteBuf begun = Unpooled.buffer(capacity).writeBytes(chunk);
    gathered = begun;
    taker.holds(begun.capacity());
  }

  private void goOn(ByteBuf begun, ByteBuf chunk) {
    int has = begun.readableBytes();
    if (has < PREFIX_BYTES) {
      begun.writeBytes(chunk, Math.min(PREFIX_BYTES - has, chunk.readableBytes()));
      if (begun.readableBytes() == PREFIX_BYTES) {
        var _ = isAllowed(begun.getInt(0)); // Reported to the taker.
      }
      return;
    }
    int whole = PREFIX_BYTES + begun.getInt(0);
    int step = Math.min(whole - has, chunk.readableBytes());
    if (begun.writableBytes() < step) {
      int capacity = (int) Math.min(whole, Math.max(2L * begun.capacity(), (long) has + step));
      taker.holds(capacity);
      if (!taker.isOpen()) {
        return; // Over the limit: the frame has been released.
      }
      begun.capacity(capacity);
    }
    begun.writeBytes(chunk, step);
    if (begun.readableBytes() == whole) {
      gathered = null;
      taker.holds(0);
      judge(begun);
    }
  }

  private boolean isAllowed(int length) {
    int most = taker.rules().maxBytes();
    if (length >= 1 && length <= most) {
      return true;
    }
    taker.broken("it sent a frame of " + length + " bytes, 1 to " + most + " allowed");
    return false;
  }

  private void judge(ByteBuf frame) {
    Optional<String> problem;
    try {
      problem =
          FrameContent.problem(
              frame.slice(PREFIX_BYTES, frame.readableBytes() - PREFIX_BYTES),
              taker.rules().content());
    } catch (RuntimeException failure) {
      frame.release();
      throw failure;
    }
    if (problem.isPresent()) {
      frame.release();
      taker.broken("it sent a frame that " + problem.get());
    } else {
      taker.frame(frame);
    }
  }
}
