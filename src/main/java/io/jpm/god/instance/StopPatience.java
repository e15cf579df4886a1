package io.jpm.god.instance;

import org.jspecify.annotations.Nullable;

/// Starts the stop timeout of a process tree only after the requested signal has been sent. The
/// host sends it some time after the request, and no process can react before. Confined to
/// GodVerticle's context.
public final class StopPatience {
  /// Number of the latest request.
  private long latest;

  private boolean underWay;
  private @Nullable Runnable begin;

  /// Records that a signal was requested; it supersedes a pending one.
  ///
  /// @return must be run when the signal has been sent
  public Runnable signalOrdered() {
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
  public void whenDelivered(Runnable begin) {
    if (underWay) {
      this.begin = begin;
    } else {
      begin.run();
    }
  }

  /// Cancels the timeout.
  public void cancel() {
    begin = null;
    underWay = false;
  }
}
