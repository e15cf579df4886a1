package io.jpm.model;

import java.time.Duration;

/// When an ended process is started again.
///
/// @param autorestart start again whatever way it ended (PM2's `autorestart`)
/// @param maxRestarts unstable ends in a row before the instance is `errored`; 0 gives up at the
///   first
/// @param minUptime a process that ended sooner than this was unstable
/// @param restartDelay how long to wait before starting again
public record RestartPolicy(
    boolean autorestart, int maxRestarts, Duration minUptime, Duration restartDelay) {
  /// PM2's defaults: always, 16 tries, stable after 1 s, at once.
  public static final RestartPolicy DEFAULT =
      new RestartPolicy(true, 16, Duration.ofSeconds(1), Duration.ZERO);

  public RestartPolicy {
    if (maxRestarts < 0) {
      throw new IllegalArgumentException("max_restarts " + maxRestarts + ": use 0 or more");
    }
    if (minUptime.isNegative() || restartDelay.isNegative()) {
      throw new IllegalArgumentException("min_uptime and restart_delay: use 0 or more");
    }
  }
}
