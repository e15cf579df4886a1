package io.jpm.os.linux.libc;

/// Waits for a thread to terminate.
public final class Uninterruptibles {
  private Uninterruptibles() {}

  /// Waits until `thread` has terminated, even if the calling thread is interrupted; its interrupt
  /// status is restored afterwards. Returns immediately if called on `thread` itself.
  public static void join(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive() && !Thread.currentThread().equals(thread)) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }
}
