package io.jpm.os.linux.libc;

/// Waits for the end of a thread.
public final class Uninterruptibles {
  private Uninterruptibles() {}

  /// Waits until `thread` has ended, even if the calling thread is interrupted; its interrupt
  /// status is set again afterwards. Returns immediately if called on the thread itself.
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
