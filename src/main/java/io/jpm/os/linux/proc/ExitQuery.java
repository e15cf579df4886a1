package io.jpm.os.linux.proc;

import io.jpm.model.process.Exit;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Optional;

/// Reads from a pidfd how a process exited, with `PIDFD_GET_INFO`. The caller does not have to be
/// the parent, and the exit status remains available to the parent. Requires Linux 6.15.
public final class ExitQuery {
  /// `ioctl_pidfd(2const)`: _IOWR(0xFF, 11, struct pidfd_info of 64 bytes).
  private static final long PIDFD_GET_INFO = 3L << 30 | 64L << 16 | 0xFFL << 8 | 11;

  private static final long INFO_EXIT = 1L << 3;
  private static final int INFO_STATUS = 60;

  private ExitQuery() {}

  /// Reports whether this kernel supports `PIDFD_GET_INFO`.
  public static boolean isSupported() {
    int self = Libc.pidfdOpen((int) ProcessHandle.current().pid());
    if (self < 0) {
      return false;
    }
    try {
      return !(readResult(self) instanceof ExitStatus.Result.Unavailable);
    } finally {
      Libc.close(self);
    }
  }

  /// Returns how the process exited; empty as long as its parent has not collected the status.
  public static Optional<Exit> read(int pidFd) {
    return readResult(pidFd) instanceof ExitStatus.Result.Ended(Exit exit)
        ? Optional.of(exit)
        : Optional.empty();
  }

  /// Sends the request and interprets its result.
  static ExitStatus.Result readResult(int pidFd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(64, 8);
      info.set(ValueLayout.JAVA_LONG, 0, INFO_EXIT);
      int result = Libc.ioctl(pidFd, PIDFD_GET_INFO, info);
      if (result < 0) {
        return new ExitStatus.Result.Unavailable(
            result == -Errno.ESRCH
                ? "its parent has already collected the exit status"
                : "this kernel reports the exit status only to the parent process");
      }
      if ((info.get(ValueLayout.JAVA_LONG, 0) & INFO_EXIT) == 0) {
        return new ExitStatus.Result.NotYetReaped();
      }
      int status = info.get(ValueLayout.JAVA_INT, INFO_STATUS);
      return new ExitStatus.Result.Ended(ExitStatus.fromWaitStatus(status));
    }
  }
}
