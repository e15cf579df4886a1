package io.jpm.os;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Ensures that the daemon creates only one process at a time. A new process inherits attributes of
/// the whole daemon, such as its limits. While such an attribute is changed temporarily for one
/// child, no other child may be created. Every part of the daemon that creates a process must
/// therefore use this class.
public final class SpawnLock {
  private static final long PATIENCE_SECONDS = 10;
  private static final ReentrantLock ONE = new ReentrantLock();

  private SpawnLock() {}

  /// An action that creates a process.
  ///
  /// @param <T> the type of its result
  @FunctionalInterface
  public interface Work<T> {
    /// Creates the process and returns the result.
    T run() throws IOException;
  }

  /// Thrown if the lock could not be acquired in time because another process is still being
  /// created.
  public static final class SpawnBusyException extends IOException {
    private static final long serialVersionUID = 1L;

    private SpawnBusyException() {
      super(
          "the daemon cannot start a process, because it has been starting another one for more"
              + " than "
              + PATIENCE_SECONDS
              + " s, probably from a disk that does not respond: try again later");
    }
  }

  /// Runs `work` while no other process is being created.
  ///
  /// @return the result of `work`
  /// @throws SpawnBusyException if the lock could not be acquired within 10 s
  public static <T> T runExclusively(Work<T> work) throws IOException {
    if (!await()) {
      throw new SpawnBusyException();
    }
    try {
      return work.run();
    } finally {
      ONE.unlock();
    }
  }

  private static boolean await() {
    try {
      return ONE.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return false;
    }
  }
}
