package io.jpm.bridge;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import org.jspecify.annotations.Nullable;

/// Forwards one direction of a guarded connection: checks the lengths of frames, and stops reading
/// while the receiver does not keep up. Confined to the connection's context.
final class FrameRelay {
  /// Observes the relay.
  interface Watcher {
    /// The receiver does not keep up; reading has stopped.
    void stalled();

    /// The receiver has caught up; reading continues.
    void flowing();

    /// A frame declares the invalid length `length`. Nothing more is forwarded.
    void broken(int length);
  }

  private final NetSocket from;
  private final NetSocket to;
  private final FrameLengthChecker lengths;
  private final Watcher watcher;
  // The beginning of an incomplete frame, withheld until more of it arrives: the receiver could not
  // use it, and an error frame can still be sent before it. Never larger than one read.
  private @Nullable Buffer kept;

  FrameRelay(NetSocket from, NetSocket to, int maxFrameBytes, Watcher watcher) {
    this.from = from;
    this.to = to;
    this.lengths = new FrameLengthChecker(maxFrameBytes);
    this.watcher = watcher;
    to.drainHandler(_ -> drained());
  }

  void forward(Buffer chunk) {
    switch (lengths.check(chunk)) {
      case FrameLengthChecker.Verdict.Invalid(int length) -> watcher.broken(length);
      case FrameLengthChecker.Verdict.Valid(int boundary) -> write(chunk, boundary);
    }
  }

  /// Reports whether only complete frames have been forwarded so far.
  boolean betweenFrames() {
    return kept != null || lengths.atBoundary();
  }

  private void write(Buffer chunk, int boundary) {
    if (boundary != 0 && kept != null) {
      to.write(kept);
      kept = null;
    }
    if (boundary != 0) {
      to.write(boundary < 0 ? chunk : chunk.slice(0, boundary));
    }
    if (boundary >= 0 && boundary < chunk.length()) {
      kept = chunk.getBuffer(boundary, chunk.length());
    }
    if (to.writeQueueFull()) {
      from.pause();
      watcher.stalled();
    }
  }

  private void drained() {
    watcher.flowing();
    from.resume();
  }
}
