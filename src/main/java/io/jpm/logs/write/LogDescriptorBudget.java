package io.jpm.logs.write;

import java.util.concurrent.atomic.AtomicInteger;

/// Counts the open log files of the daemon. A process may have only a limited number of
/// descriptors, so not every file can stay open if there are many apps. Above the limit, a file is
/// closed after each batch and reopened for the next batch. A file that is no longer written to is
/// closed after a while, so that busy files can stay open. Thread-safe.
final class LogDescriptorBudget {
  private final int most;
  private final Runnable onOpen;
  private final AtomicInteger open = new AtomicInteger();

  /// @param most the number of files that may stay open between two writes
  /// @param onOpen runs after each opening of a file
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

  /// Reports whether the limit is exceeded, in which case files must be closed after each batch.
  boolean isExceeded() {
    return open.get() > most;
  }
}
