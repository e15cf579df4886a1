package io.jpm.model;

import java.time.Duration;

/// When a process that runs counts as `online`.
///
/// @param awaited only when it has said `ready` on its channel (PM2's `wait_ready`); otherwise at
///   once
/// @param timeout how long that may take (PM2's `listen_timeout`); then the start has failed, where
///   PM2 takes it for a success
public record Readiness(boolean awaited, Duration timeout) {
  /// PM2's default: at once, and 3 s for apps that say so.
  public static final Readiness DEFAULT = new Readiness(false, Duration.ofSeconds(3));

  /// How the reason begins where that time has passed.
  public static final String NOT_READY = "not ready ";

  public Readiness {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("listen_timeout: use more than 0");
    }
  }
}
