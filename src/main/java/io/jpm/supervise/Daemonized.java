package io.jpm.supervise;

import io.jpm.model.run.Exit;
import java.time.Duration;

/// That a program may have put itself into the background: its main process has ended, and another
/// one of its tree was seen to live on.
///
/// @param words what happened and how to run it in the foreground, for people
/// @param ran how long the main process had run: when its end is told it may have been gone for a
///   while, since all processes were looked at
/// @param within a run that took less, and ended with 0, was no more than the making of a daemon;
///   after a longer one that process is a leftover as any other
public record Daemonized(String words, Duration ran, Duration within) {
  boolean isMeantBy(Exit exit) {
    return exit instanceof Exit.Code(int code) && code == 0 && ran.compareTo(within) < 0;
  }
}
