package io.jpm.model;

import io.jpm.model.process.Signal;
import java.time.Duration;
import java.util.List;

/// Defines how a running instance is stopped.
///
/// @param signal the first signal that is sent to the process tree. If a command or a message comes
///   first, the signal is sent to the processes that still run afterwards
/// @param timeout the time limit for all steps before SIGKILL (PM2's `kill_timeout`)
/// @param wholeTree whether all processes of the tree are signaled instead of only the main process
///   (PM2's `treekill`)
/// @param message whether the text `shutdown` is sent over the app's IPC channel instead of a
///   signal (PM2's `shutdown_with_message`)
/// @param command the command that runs first, in the app's directory, with the app's environment
///   and `JPM_PID`; the signal follows when the command has exited; empty for no command
public record StopPolicy(
    Signal signal, Duration timeout, boolean wholeTree, boolean message, List<String> command) {
  /// PM2's defaults: SIGINT to the tree, SIGKILL after 1.6 s.
  public static final StopPolicy DEFAULT =
      new StopPolicy(Signal.SIGINT, Duration.ofMillis(1600), true);

  /// The timeout of a graceful stop if the app does not set `kill_timeout`.
  public static final Duration GRACEFUL_TIMEOUT = Duration.ofSeconds(30);

  public StopPolicy {
    if (timeout.isNegative()) {
      throw new IllegalArgumentException("kill_timeout must not be negative");
    }
    command = List.copyOf(command);
  }

  /// Creates a policy without a message or command.
  public StopPolicy(Signal signal, Duration timeout, boolean wholeTree) {
    this(signal, timeout, wholeTree, false, List.of());
  }

  /// Returns the policy with which `gracefulReload` stops the old processes: the message `shutdown`
  /// instead of a signal or a command. A `kill_timeout` equal to PM2's default counts as not set;
  /// the timeout is then [#GRACEFUL_TIMEOUT].
  public StopPolicy asGraceful() {
    Duration within = timeout.equals(DEFAULT.timeout) ? GRACEFUL_TIMEOUT : timeout;
    return new StopPolicy(signal, within, wholeTree, true, List.of());
  }
}
