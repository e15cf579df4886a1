package io.jpm.model;

import java.time.Duration;

/// How a running instance is asked to end.
///
/// @param signal sent to the tree first
/// @param timeout how long to wait before SIGKILL (PM2's `kill_timeout`)
/// @param wholeTree signal every process of the tree, not only the main one (PM2's `treekill`)
public record StopPolicy(Signal signal, Duration timeout, boolean wholeTree) {
  /// PM2's defaults: SIGINT to the tree, SIGKILL after 1.6 s.
  public static final StopPolicy DEFAULT =
      new StopPolicy(Signal.SIGINT, Duration.ofMillis(1600), true);

  public StopPolicy {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("kill_timeout: use 0 or more");
    }
  }
}
