package io.jpm.logs.write;

import java.util.concurrent.atomic.AtomicInteger;

/// How many descriptors the log files of a daemon take. A process may have so many only, and with
/// many apps not every file can be open all the time: beyond the bound a file is closed after each
/// batch and opened again for the next one. One that nobody writes to is closed after a while, so
/// that a busy one can have its place. Safe for many threads.
final class OpenLogs {
  private final int most;
  private final Runnable onOpen;
  private final AtomicInteger open = new AtomicInteger();

  /// @param most how many stay open between two writes
  /// @param onOpen told of each that is opened
  OpenLogs(int most, Runnable onOpen) {
    this.most = most;
    this.onOpen = onOpen;
  }

  /// One more is open.
  void more() {
    open.incrementAndGet();
    onOpen.run();
  }

  /// One less is.
  void less() {
    open.decrementAndGet();
  }

  boolean areAny() {
    return open.get() > 0;
  }

  /// Whether whoever has one open should close it when it is not needed any more.
  boolean areTooMany() {
    return open.get() > most;
  }
}
