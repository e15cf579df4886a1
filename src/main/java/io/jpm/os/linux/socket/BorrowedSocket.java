package io.jpm.os.linux.socket;

import io.jpm.model.run.ProcessIdentity;
import io.jpm.os.ListenSockets.ListenFailure;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.proc.DaemonIdentity;
import io.jpm.os.linux.proc.PidFd;
import io.jpm.os.linux.proc.ProcReader;
import io.jpm.os.linux.proc.ProcessFiles;
import io.jpm.os.linux.proc.SocketLinks;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;

/// Duplicates a socket of another process, `pidfd_getfd(2)`.
final class BorrowedSocket {
  private BorrowedSocket() {}

  /// Returns a descriptor of the same socket, close-on-exec; the caller must close it.
  ///
  /// @param process the main process of the tree that has the socket open
  /// @param inode inode number of the socket
  /// @throws ListenFailure with a clause for the user if the tree does not have the socket, or the
  ///   kernel denies the duplication (process of another user, Yama)
  static int of(ProcessIdentity process, long inode, DaemonIdentity daemonIdentity)
      throws ListenFailure {
    if (ProcReader.find(process).isEmpty()) {
      throw new ListenFailure("its process has ended", Errno.ESRCH);
    }
    boolean itself = !ProcessFiles.of(process.pid()).numbersOf(inode).isEmpty();
    List<Integer> holders =
        itself ? List.of(process.pid()) : new TreeSockets(process, daemonIdentity).holders(inode);
    if (holders.isEmpty()) {
      throw new ListenFailure("no process of its tree has that socket any more", Errno.EBADF);
    }
    return of(holders.getFirst(), inode);
  }

  private static int of(int pid, long inode) throws ListenFailure {
    try (PidFd held = PidFd.open(pid)) {
      return of(held, pid, inode);
    } catch (PidFd.Failure gone) {
      throw new ListenFailure("its process has ended", gone.errno());
    }
  }

  private static int of(PidFd held, int pid, long inode) throws ListenFailure {
    List<Integer> numbers = ProcessFiles.of(pid).numbersOf(inode);
    if (numbers.isEmpty()) {
      throw new ListenFailure("its process has just closed its socket", Errno.EBADF);
    }
    int fd = Libc.pidfdGetFd(held.number(), numbers.getFirst());
    if (fd < 0) {
      throw new ListenFailure(
          "the system does not let the daemon copy the socket of pid %d: %s"
              .formatted(pid, Errno.words(-fd)),
          -fd);
    }
    return checked(fd, inode);
  }

  /// Verifies the descriptor: the process may have closed the socket and opened another file under
  /// its number.
  private static int checked(int fd, long inode) throws ListenFailure {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
      if (SocketLinks.inode(target) == inode) {
        return fd;
      }
    } catch (IOException withoutProc) {
      // Treated as another socket, because nothing is known about it.
    }
    Libc.close(fd);
    throw new ListenFailure("its process has just closed its socket", Errno.EBADF);
  }
}
