package io.jpm.os;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;

/// Lets one process be made at a time. A new process inherits what belongs to the whole daemon,
/// such as its limits: whoever changes that for one child must know that no other one is being
/// made. Whatever in the daemon makes a process does so in here.
public final class Forking {
  private static final long PATIENCE_SECONDS = 10;
  private static final ReentrantLock ONE = new ReentrantLock();

  private Forking() {}

  /// What makes a process.
  ///
  /// @param <T> what comes of it
  @FunctionalInterface
  public interface Work<T> {
    /// Makes it.
    T run() throws IOException;
  }

  /// Another process is being made all the time.
  public static final class Busy extends IOException {
    private static final long serialVersionUID = 1L;

    private Busy() {
      super(
          "another program has been beginning for more than "
              + PATIENCE_SECONDS
              + " s: its disk does not answer");
    }
  }

  /// Runs `work` while no other work is run.
  ///
  /// @return what it returns
  /// @throws Busy when that has not been possible for 10 s
  public static <T> T alone(Work<T> work) throws IOException {
    if (!await()) {
      throw new Busy();
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
