package io.jpm.model;

import java.time.Duration;

/// Defines when a running process counts as `online`.
///
/// @param awaited whether the process must first send `ready` over its IPC channel (PM2's
///   `wait_ready`); otherwise it is online immediately
/// @param timeout the time limit for `ready` (PM2's `listen_timeout`). Unlike in PM2, the start
///   fails when the limit is exceeded
public record ReadinessPolicy(boolean awaited, Duration timeout) {
  /// PM2's defaults: a process is online immediately; apps that send `ready` have 3 s to do so.
  public static final ReadinessPolicy DEFAULT = new ReadinessPolicy(false, Duration.ofSeconds(3));

  /// The first words of the reason that is reported if the process is not ready in time.
  public static final String NOT_READY = "not ready ";

  public ReadinessPolicy {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("listen_timeout must be greater than 0");
    }
  }
}
