package io.jpm.model;

import io.jpm.model.run.Signal;
import java.time.Duration;
import java.util.List;

/// How a running instance is asked to end.
///
/// @param signal sent to the tree first; where there is a command or message, to what that has left
/// @param timeout how long all of it may take before SIGKILL (PM2's `kill_timeout`)
/// @param wholeTree signal every process of the tree, not only the main one (PM2's `treekill`)
/// @param message send the text `shutdown` over the app's channel instead of a signal (PM2's
///   `shutdown_with_message`)
/// @param command run this first, in the app's directory and with its environment and `JPM_PID`:
///   the signal follows when it has ended; empty: none
public record StopPolicy(
    Signal signal, Duration timeout, boolean wholeTree, boolean message, List<String> command) {
  /// PM2's defaults: SIGINT to the tree, SIGKILL after 1.6 s.
  public static final StopPolicy DEFAULT =
      new StopPolicy(Signal.SIGINT, Duration.ofMillis(1600), true);

  public StopPolicy {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("kill_timeout: use 0 or more");
    }
    command = List.copyOf(command);
  }

  /// By signal only.
  public StopPolicy(Signal signal, Duration timeout, boolean wholeTree) {
    this(signal, timeout, wholeTree, false, List.of());
  }
}
