package io.jpm.logs.write;

import java.util.concurrent.atomic.AtomicInteger;

/// Counts the descriptors of the daemon's log files. A process may have only a limited number of
/// them, so with many apps not every file can stay open. Beyond the limit a file is closed after
/// each batch and reopened for the next one. A file that is no longer written to is closed after a
/// while, so that a busy one can stay open. Thread-safe.
final class LogDescriptorBudget {
  private final int most;
  private final Runnable onOpen;
  private final AtomicInteger open = new AtomicInteger();

  /// @param most the number of files that stay open between two writes
  /// @param onOpen runs after each file that is opened
  LogDescriptorBudget(int most, Runnable onOpen) {
    this.most = most;
    this.onOpen = onOpen;
  }

  /// Counts an opened file.
  void opened() {
    open.incrementAndGet();
    onOpen.run();
  }

  /// Counts a closed file.
  void closed() {
    open.decrementAndGet();
  }

  boolean anyOpen() {
    return open.get() > 0;
  }

  /// Reports whether files should be closed as soon as they are not needed.
  boolean isExceeded() {
    return open.get() > most;
  }
}
