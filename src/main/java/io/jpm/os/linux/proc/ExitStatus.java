package io.jpm.os.linux.proc;

import io.jpm.model.process.Exit;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Reads how a process exited with `waitid(2)`, and decodes wait statuses.
public final class ExitStatus {
  private static final int P_PID = 1;
  private static final int P_PIDFD = 3;
  private static final int SIGINFO_BYTES = 128;
  private static final int SI_CODE = 8;
  private static final int SI_PID = 12;
  private static final int SI_STATUS = 24;
  private static final int CLD_EXITED = 1;
  private static final int CLD_DUMPED = 3;

  private ExitStatus() {}

  /// The outcome of a query.
  public sealed interface Result {
    /// The process has exited, and its exit is known.
    record Ended(Exit exit) implements Result {}

    /// The process has exited, but its exit is not available yet. Either its parent, which is not
    /// the daemon, has not collected the status yet, or another process still traces it. The pidfd
    /// reports EPOLLHUP when the parent has collected the status.
    record NotYetReaped() implements Result {}

    /// The process has exited, and the pidfd will never provide its exit.
    ///
    /// @param reason the reason, as a short clause for the user
    record Unavailable(String reason) implements Result {}
  }

  /// Reads the exit of a process whose pidfd has become readable, and frees its pid if it is a
  /// child of the daemon. Does not block, because a process that traces the child can withhold the
  /// status from the daemon.
  public static Result read(PidFd pidFd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(SIGINFO_BYTES, 8);
      int result = Libc.waitExited(P_PIDFD, pidFd.descriptor(), info);
      while (result == -Errno.EINTR) {
        result = Libc.waitExited(P_PIDFD, pidFd.descriptor(), info);
      }
      return result == 0 && hasStatus(info)
          ? new Result.Ended(fromSignalInfo(info))
          : ExitQuery.readResult(pidFd.descriptor());
    }
  }

  /// Reaps a child, which frees its pid, if the child has exited and no process traces it.
  ///
  /// @return whether the daemon no longer has such a child
  public static boolean discard(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(SIGINFO_BYTES, 8);
      int result = Libc.waitExited(P_PID, pid, info);
      return result == 0 ? hasStatus(info) : result == -Errno.ECHILD;
    }
  }

  private static boolean hasStatus(MemorySegment info) {
    return info.get(ValueLayout.JAVA_INT, SI_PID) != 0;
  }

  private static Exit fromSignalInfo(MemorySegment info) {
    int code = info.get(ValueLayout.JAVA_INT, SI_CODE);
    int status = info.get(ValueLayout.JAVA_INT, SI_STATUS);
    return code == CLD_EXITED
        ? new Exit.Code(status & 0xFF)
        : new Exit.Signalled(status, code == CLD_DUMPED);
  }

  /// Decodes a status in the format of `wait(2)`.
  static Exit fromWaitStatus(int status) {
    int signal = status & 0x7F;
    return signal == 0
        ? new Exit.Code(status >> 8 & 0xFF)
        : new Exit.Signalled(signal, (status & 0x80) != 0);
  }
}
