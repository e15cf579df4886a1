package io.jpm.bridge;

import io.vertx.core.Vertx;
import java.time.Duration;

/// Runs an action if a receiver has been blocked for too long. Confined to the connection's
/// context.
final class StallWatch {
  private static final long IDLE = -1;

  private final Vertx vertx;
  private final Duration limit;
  private final Runnable tooLong;
  private long timer = IDLE;

  StallWatch(Vertx vertx, Duration limit, Runnable tooLong) {
    this.vertx = vertx;
    this.limit = limit;
    this.tooLong = tooLong;
  }

  void start() {
    if (timer == IDLE) {
      timer = vertx.setTimer(limit.toMillis(), _ -> tooLong.run());
    }
  }

  void stop() {
    if (timer != IDLE) {
      vertx.cancelTimer(timer);
      timer = IDLE;
    }
  }
}
