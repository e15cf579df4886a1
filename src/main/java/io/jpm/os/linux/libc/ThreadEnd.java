package io.jpm.os.linux.libc;

/// The end of a thread of this room.
public final class ThreadEnd {
  private ThreadEnd() {}

  /// Waits until `thread` has ended, however often the caller is interrupted; the interruption is
  /// his to see afterwards. Returns at once on the thread itself.
  public static void await(Thread thread) {
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
