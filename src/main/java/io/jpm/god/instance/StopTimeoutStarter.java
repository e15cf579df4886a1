package io.jpm.god.instance;

import org.jspecify.annotations.Nullable;

/// Starts the stop timeout of a process tree only after the requested signal has been sent. The
/// host sends signals asynchronously, so the timeout could otherwise expire before the process had
/// time to react. Confined to GodVerticle's context.
public final class StopTimeoutStarter {
  /// The sequence number of the latest request.
  private long latest;

  private boolean underWay;
  private @Nullable Runnable begin;

  /// Records that a signal was requested. The request supersedes a pending one.
  ///
  /// @return a callback that must be run when the signal has been sent
  public Runnable signalRequested() {
    long order = ++latest;
    underWay = true;
    return () -> {
      if (underWay && latest == order) {
        underWay = false;
        Runnable waiting = begin;
        begin = null;
        if (waiting != null) {
          waiting.run();
        }
      }
    };
  }

  /// Runs `begin` as soon as no requested signal is pending.
  public void whenSignalSent(Runnable begin) {
    if (underWay) {
      this.begin = begin;
    } else {
      begin.run();
    }
  }

  /// Cancels the start of the timeout.
  public void cancel() {
    begin = null;
    underWay = false;
  }
}
