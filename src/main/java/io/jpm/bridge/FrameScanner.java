package io.jpm.bridge;

import io.netty.buffer.ByteBuf;
import io.netty.buffer.Unpooled;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Splits the bytes of one connection into frames and checks each complete frame. The result does
/// not depend on how the bytes are split into chunks. Without this check, the Vert.x bridge would
/// wait for a frame of any declared length and parse JSON of any size. Confined to the connection's
/// event loop.
final class FrameScanner {
  static final int PREFIX_BYTES = 4;

  private static final int FIRST_CAPACITY = 256;

  /// Receives the frames.
  interface FrameHandler {
    /// Returns the limits of the next frame.
    FrameRules rules();

    /// Reports whether the handler accepts more frames.
    boolean isOpen();

    /// Receives a valid frame with its length prefix. The receiver must release it.
    void frame(ByteBuf frame);

    /// Receives the number of bytes that are now allocated for an incomplete frame; 0 if there is
    /// none.
    void onBufferAllocated(int bytes);

    /// The peer sent an invalid frame, and nothing more can be read from the connection.
    ///
    /// @param reason a clause, such as `it sent a frame that has no type`
    void broken(String reason);
  }

  private final FrameHandler frameHandler;
  private @Nullable ByteBuf gathered;

  FrameScanner(FrameHandler frameHandler) {
    this.frameHandler = frameHandler;
  }

  /// Reads the chunk. The caller keeps ownership of the chunk and must release it.
  void take(ByteBuf chunk) {
    while (frameHandler.isOpen() && chunk.isReadable()) {
      ByteBuf begun = gathered;
      if (begun != null) {
        continueFrame(begun, chunk);
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
      frameHandler.onBufferAllocated(0);
    }
  }

  /// Reads a frame that begins at the start of the chunk with a complete length prefix.
  private void next(ByteBuf chunk) {
    int length = chunk.getInt(chunk.readerIndex());
    if (!isAllowed(length)) {
      return;
    }
    int whole = PREFIX_BYTES + length;
    if (chunk.readableBytes() >= whole) {
      validate(chunk.readRetainedSlice(whole));
    } else {
      begin(chunk, Math.min(whole, Math.max(FIRST_CAPACITY, chunk.readableBytes())));
    }
  }

  private void begin(ByteBuf chunk, int capacity) {
    ByteBuf begun = Unpooled.buffer(capacity).writeBytes(chunk);
    gathered = begun;
    frameHandler.onBufferAllocated(begun.capacity());
  }

  private void continueFrame(ByteBuf begun, ByteBuf chunk) {
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
      frameHandler.onBufferAllocated(capacity);
      if (!frameHandler.isOpen()) {
        return; // The limit was exceeded, and the frame has been released.
      }
      begun.capacity(capacity);
    }
    begun.writeBytes(chunk, step);
    if (begun.readableBytes() == whole) {
      gathered = null;
      frameHandler.onBufferAllocated(0);
      validate(begun);
    }
  }

  private boolean isAllowed(int length) {
    int most = frameHandler.rules().maxBytes();
    if (length >= 1 && length <= most) {
      return true;
    }
    frameHandler.broken(
        "it sent a frame of " + length + " bytes, but only 1 to " + most + " are allowed");
    return false;
  }

  private void validate(ByteBuf frame) {
    Optional<String> problem;
    try {
      problem =
          FrameContent.problem(
              frame.slice(PREFIX_BYTES, frame.readableBytes() - PREFIX_BYTES),
              frameHandler.rules().content());
    } catch (RuntimeException failure) {
      frame.release();
      throw failure;
    }
    if (problem.isPresent()) {
      frame.release();
      frameHandler.broken("it sent a frame that " + problem.get());
    } else {
      frameHandler.frame(frame);
    }
  }
}
