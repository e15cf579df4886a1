package io.jpm.bridge;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.net.NetSocket;
import org.jspecify.annotations.Nullable;

/// One direction of a guarded connection: checks lengths, passes bytes on and stops reading while
/// the other side does not keep up. Owned by the connection's context.
final class FrameRelay {
  /// Who is told how it goes.
  interface Watcher {
    /// The receiving side does not keep up; reading has stopped.
    void stalled();

    /// It caught up; reading goes on.
    void flowing();

    /// A frame of this length may not pass; nothing more is passed on.
    void broken(int length);
  }

  private final NetSocket from;
  private final NetSocket to;
  private final FrameLengths lengths;
  private final Watcher watcher;
  // The begin of a frame, kept back until more of it comes: nobody can use it yet, and an error
  // frame can still go in front of it. Never more than one read.
  private @Nullable Buffer kept;

  FrameRelay(NetSocket from, NetSocket to, int maxFrameBytes, Watcher watcher) {
    this.from = from;
    this.to = to;
    this.lengths = new FrameLengths(maxFrameBytes);
    this.watcher = watcher;
    to.drainHandler(_ -> drained());
  }

  void pass(Buffer chunk) {
    switch (lengths.follow(chunk)) {
      case FrameLengths.Verdict.Broken(int length) -> watcher.broken(length);
      case FrameLengths.Verdict.Fine(int boundary) -> write(chunk, boundary);
    }
  }

  /// Whether the receiver has been given whole frames only.
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
