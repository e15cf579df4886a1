package io.jpm.supervise;

import io.jpm.model.process.Exit;
import java.time.Duration;

/// Describes a program that may have daemonized itself: its main process has exited, but another
/// process of its tree was still running.
///
/// @param message a message that tells the user what happened and how to run the program in the
///   foreground
/// @param mainRuntime how long the main process ran. This cannot be derived from the time of the
///   event, because the exit is reported only after a scan of all processes.
/// @param maxRuntime the maximum runtime of the main process of a daemonizing program. A shorter
///   run that exited with code 0 counts as daemonization. After a longer run, the remaining process
///   is treated like any other leftover.
public record DaemonizedProgram(String message, Duration mainRuntime, Duration maxRuntime) {
  boolean explains(Exit exit) {
    return exit instanceof Exit.Code(int code)
        && code == 0
        && mainRuntime.compareTo(maxRuntime) < 0;
  }
}
