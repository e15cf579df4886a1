package io.jpm.supervise;

import io.jpm.model.run.Exit;
import java.time.Duration;

/// Describes a program that may have put itself into the background: its main process has exited,
/// and another process of its tree was still running.
///
/// @param words message for the user: what happened, and how to run the program in the foreground
/// @param ran how long the main process had run. Its exit is reported later, because all processes
///   are scanned first
/// @param within a run that was shorter and exited with code 0 counts as daemonization. After a
///   longer run the remaining process is treated as any other leftover
public record Daemonized(String words, Duration ran, Duration within) {
  boolean isMeantBy(Exit exit) {
    return exit instanceof Exit.Code(int code) && code == 0 && ran.compareTo(within) < 0;
  }
}
