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

  /// Thrown if the lock could not be acquired, because another process is still being created or
  /// because the waiting thread was interrupted.
  public static final class SpawnBusyException extends IOException {
    private static final long serialVersionUID = 1L;

    private SpawnBusyException(String message) {
      super(message);
    }
  }

  /// Runs `work` while no other process is being created.
  ///
  /// @return the result of `work`
  /// @throws SpawnBusyException if the lock could not be acquired within 10 s, or if the thread is
  ///   interrupted
  public static <T> T runExclusively(Work<T> work) throws IOException {
    acquire();
    try {
      return work.run();
    } finally {
      ONE.unlock();
    }
  }

  private static void acquire() throws SpawnBusyException {
    try {
      if (!ONE.tryLock(PATIENCE_SECONDS, TimeUnit.SECONDS)) {
        throw new SpawnBusyException(
            "the daemon cannot start a process, because it has been starting another one for more"
                + " than "
                + PATIENCE_SECONDS
                + " s, probably from a disk that does not respond: try again later");
      }
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
      throw new SpawnBusyException(
          "the daemon cannot start a process, because it is shutting down");
    }
  }
}
