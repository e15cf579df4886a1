package io.jpm.supervise;

import io.jpm.model.process.Exit;
import java.time.Duration;

/// Describes a program that may have put itself into the background: its main process has exited,
/// and another process of its tree was still running.
///
/// @param message message for the user: what happened, and how to run the program in the foreground
/// @param mainRuntime how long the main process had run. Its exit is reported later, because all
///   processes are scanned first
/// @param maxRuntime a run that was shorter and exited with code 0 counts as daemonization. After a
///   longer run the remaining process is treated as any other leftover
public record DaemonizedProgram(String message, Duration mainRuntime, Duration maxRuntime) {
  boolean explains(Exit exit) {
    return exit instanceof Exit.Code(int code)
        && code == 0
        && mainRuntime.compareTo(maxRuntime) < 0;
  }
}
