package io.jpm.os.linux.proc;

import io.jpm.model.run.Exit;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Asks the kernel how the process behind a pidfd has ended, without being its parent and without
/// taking the status from who is: `PIDFD_GET_INFO`. Kernels before 6.15 do not tell.
public final class ExitQuery {
  /// `ioctl_pidfd(2const)`: _IOWR(0xFF, 11, struct pidfd_info of 64 bytes).
  private static final long PIDFD_GET_INFO = 3L << 30 | 64L << 16 | 0xFFL << 8 | 11;

  private static final long INFO_EXIT = 1L << 3;
  private static final int INFO_STATUS = 60;

  private ExitQuery() {}

  /// Whether this kernel knows the question at all.
  public static boolean isKnown() {
    int self = Libc.pidfdOpen((int) ProcessHandle.current().pid());
    if (self < 0) {
      return false;
    }
    try {
      return !(answer(self) instanceof ExitStatus.Answer.NotTold);
    } finally {
      Libc.close(self);
    }
  }

  /// How it ended; empty while it runs and until its parent has taken the status.
  public static Optional<Exit> of(int pidFd) {
    return answer(pidFd) instanceof ExitStatus.Answer.Ended(Exit exit)
        ? Optional.of(exit)
        : Optional.empty();
  }

  /// What comes of the question.
  static ExitStatus.Answer answer(int pidFd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(64, 8);
      info.set(ValueLayout.JAVA_LONG, 0, INFO_EXIT);
      int result = Libc.ioctl(pidFd, PIDFD_GET_INFO, info);
      if (result < 0) {
        return new ExitStatus.Answer.NotTold(
            result == -Errno.ESRCH
                ? "its parent took the status"
                : "this kernel tells the status to the parent only");
      }
      if ((info.get(ValueLayout.JAVA_LONG, 0) & INFO_EXIT) == 0) {
        return new ExitStatus.Answer.NotYetFetched();
      }
      int status = info.get(ValueLayout.JAVA_INT, INFO_STATUS);
      return new ExitStatus.Answer.Ended(ExitStatus.fromWaitStatus(status));
    }
  }
}
