package io.jpm.model;

import io.jpm.model.process.Signal;
import java.time.Duration;
import java.util.List;

/// Defines how a running instance is stopped.
///
/// @param signal sent to the tree first; after a command or message, to the processes that still
///   run
/// @param timeout the time limit for all steps before SIGKILL (PM2's `kill_timeout`)
/// @param wholeTree whether to signal all processes of the tree, not only the main one (PM2's
///   `treekill`)
/// @param message whether to send the text `shutdown` over the app's IPC channel instead of a
///   signal (PM2's `shutdown_with_message`)
/// @param command runs first, in the app's directory, with its environment and `JPM_PID`; the
///   signal follows when it has ended; empty: none
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

  /// Creates a policy without a message and a command.
  public StopPolicy(Signal signal, Duration timeout, boolean wholeTree) {
    this(signal, timeout, wholeTree, false, List.of());
  }
}
