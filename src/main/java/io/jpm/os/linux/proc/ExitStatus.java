package io.jpm.os.linux.proc;

import io.jpm.model.run.Exit;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;

/// Reads how a process ended.
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

  /// What came of the question.
  public sealed interface Answer {
    /// This is how it ended.
    record Ended(Exit exit) implements Answer {}

    /// It has ended, but its parent, which is not us, has not fetched the status yet, or another
    /// process traces it and has not let it go; until then the kernel does not show it. EPOLLHUP on
    /// the descriptor tells when a parent has fetched it.
    record NotYetFetched() implements Answer {}

    /// It has ended, and the descriptor will never tell how.
    ///
    /// @param why one short clause for people
    record NotTold(String why) implements Answer {}
  }

  /// Asks about a process whose descriptor has become readable, and frees its pid if it is our
  /// child. Does not wait: who traces a child, which its user may, keeps its status from us.
  public static Answer of(PidFd pidFd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(SIGINFO_BYTES, 8);
      int result = Libc.waitExited(P_PIDFD, pidFd.number(), info);
      while (result == -Errno.EINTR) {
        result = Libc.waitExited(P_PIDFD, pidFd.number(), info);
      }
      return result == 0 && isThere(info)
          ? new Answer.Ended(fromSignalInfo(info))
          : ExitQuery.answer(pidFd.number());
    }
  }

  /// Frees the pid of a child, if it has ended and nobody traces it.
  ///
  /// @return whether there is no such child any more
  public static boolean discard(int pid) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment info = arena.allocate(SIGINFO_BYTES, 8);
      int result = Libc.waitExited(P_PID, pid, info);
      return result == 0 ? isThere(info) : result == -Errno.ECHILD;
    }
  }

  private static boolean isThere(MemorySegment info) {
    return info.get(ValueLayout.JAVA_INT, SI_PID) != 0;
  }

  private static Exit fromSignalInfo(MemorySegment info) {
    int code = info.get(ValueLayout.JAVA_INT, SI_CODE);
    int status = info.get(ValueLayout.JAVA_INT, SI_STATUS);
    return code == CLD_EXITED
        ? new Exit.Code(status & 0xFF)
        : new Exit.Signalled(status, code == CLD_DUMPED);
  }

  /// As `wait(2)` packs it.
  static Exit fromWaitStatus(int status) {
    int signal = status & 0x7F;
    return signal == 0
        ? new Exit.Code(status >> 8 & 0xFF)
        : new Exit.Signalled(signal, (status & 0x80) != 0);
  }
}
