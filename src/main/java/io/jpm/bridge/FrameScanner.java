package io.jpm.bridge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Cuts what comes by one connection into frames and judges each when it is complete, so the result
/// is the same however the bytes arrive. The stock bridge behind it would wait for any length that
/// is declared, and build whatever tree a frame describes. Owned by the connection's event loop.
final class FrameScanner {
  static final int PREFIX_BYTES = 4;

  private static final int FIRST_CAPACITY = 256;

  /// Who gets the frames.
  interface Taker {
    /// What the next frame may be.
    FrameRules rules();

    /// Whether more frames are wanted.
    boolean isOpen();

    /// Takes a frame over, with its length in front, and has to release it.
    void frame(ByteBuf frame);

    /// So many bytes are kept of a frame that is not complete; 0: none.
    void holds(int bytes);

    /// The connection sent what it may not: nothing more can be read from it.
    ///
    /// @param reason a clause, such as `it sent a frame that has no type`
    void broken(String reason);
  }

  private final Taker taker;
  private @Nullable ByteBuf gathered;

  FrameScanner(Taker taker) {
    this.taker = taker;
  }

  /// Reads the chunk, which stays the caller's.
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

  /// Drops what is kept.
  void close() {
    if (gathered != null) {
      gathered.release();
      gathered = null;
      taker.holds(0);
    }
  }

  /// A frame begins with the chunk, of which its length is in it.
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
        var _ = isAllowed(begun.getInt(0)); // Told by the taker.
      }
      return;
    }
    int whole = PREFIX_BYTES + begun.getInt(0);
    int step = Math.min(whole - has, chunk.readableBytes());
    if (begun.writableBytes() < step) {
      int capacity = (int) Math.min(whole, Math.max(2L * begun.capacity(), (long) has + step));
      taker.holds(capacity);
      if (!taker.isOpen()) {
        return; // It was too much, and what was kept is dropped.
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
