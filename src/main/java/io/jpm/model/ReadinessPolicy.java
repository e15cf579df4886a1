package io.jpm.model;

import java.time.Duration;

/// Defines when a running process counts as `online`.
///
/// @param awaited whether it must first send `ready` over its IPC channel (PM2's `wait_ready`);
///   otherwise it is online immediately
/// @param timeout the time limit for that (PM2's `listen_timeout`). When it has passed, the start
///   has failed, unlike in PM2, where it counts as a success
public record ReadinessPolicy(boolean awaited, Duration timeout) {
  /// PM2's defaults: online immediately, and 3 s for apps that send `ready`.
  public static final ReadinessPolicy DEFAULT = new ReadinessPolicy(false, Duration.ofSeconds(3));

  /// The beginning of the reason if the process is not ready in time.
  public static final String NOT_READY = "not ready ";

  public ReadinessPolicy {
    if (timeout.isNegative() || timeout.isZero()) {
      throw new IllegalArgumentException("listen_timeout: use more than 0");
    }
  }
}
