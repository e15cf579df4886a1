package io.jpm.god.instance;

import org.jspecify.annotations.Nullable;

/// When the time for the end of a stopping tree begins: the host sends a signal some time after it
/// was ordered, and until then no process can obey it. Owned by GodVerticle's context.
public final class StopPatience {
  /// Counts the orders.
  private long latest;

  private boolean underWay;
  private @Nullable Runnable begin;

  /// A signal has been ordered, and takes the place of one that is under way.
  ///
  /// @return to be run when it was sent
  public Runnable ordered() {
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

  /// Runs `begin` as soon as no ordered signal is under way.
  public void begin(Runnable begin) {
    if (underWay) {
      this.begin = begin;
    } else {
      begin.run();
    }
  }

  /// Nobody needs the time any more.
  public void cancel() {
    begin = null;
    underWay = false;
  }
}
