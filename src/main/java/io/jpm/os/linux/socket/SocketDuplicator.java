package io.jpm.os.linux.socket;

import io.jpm.model.process.ProcessIdentity;
import io.jpm.os.ListenSocketRegistry.ListenException;
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

/// Duplicates a socket of another process (`pidfd_getfd(2)`).
final class SocketDuplicator {
  private SocketDuplicator() {}

  /// Returns a new descriptor for the same socket, which the caller must close. It is
  /// close-on-exec.
  ///
  /// @param process the main process of the tree that has the socket open
  /// @param inode the inode number of the socket
  /// @throws ListenException with a clause for the user if the tree does not have the socket open
  ///   or the kernel denies the duplication (process of another user, Yama)
  static int duplicate(ProcessIdentity process, long inode, DaemonIdentity daemonIdentity)
      throws ListenException {
    if (ProcReader.find(process).isEmpty()) {
      throw new ListenException("its process has exited", Errno.ESRCH);
    }
    boolean itself = !ProcessFiles.of(process.pid()).numbersOf(inode).isEmpty();
    List<Integer> holders =
        itself ? List.of(process.pid()) : new TreeSockets(process, daemonIdentity).holders(inode);
    if (holders.isEmpty()) {
      throw new ListenException("no process in its tree has the socket open any more", Errno.EBADF);
    }
    return duplicate(holders.getFirst(), inode);
  }

  private static int duplicate(int pid, long inode) throws ListenException {
    try (PidFd held = PidFd.open(pid)) {
      return duplicate(held, pid, inode);
    } catch (PidFd.OpenException gone) {
      throw new ListenException("its process has exited", gone.errno());
    }
  }

  private static int duplicate(PidFd held, int pid, long inode) throws ListenException {
    List<Integer> numbers = ProcessFiles.of(pid).numbersOf(inode);
    if (numbers.isEmpty()) {
      throw new ListenException("its process has just closed the socket", Errno.EBADF);
    }
    int fd = Libc.pidfdGetFd(held.descriptor(), numbers.getFirst());
    if (fd < 0) {
      throw new ListenException(
          "the daemon is not allowed to duplicate the socket of pid %d: %s"
              .formatted(pid, Errno.message(-fd)),
          -fd);
    }
    return checked(fd, inode);
  }

  /// Verifies that the duplicate is the requested socket, because the process may have closed it
  /// and opened another file under the same number.
  private static int checked(int fd, long inode) throws ListenException {
    try {
      String target = Files.readSymbolicLink(Path.of("/proc/self/fd/" + fd)).toString();
      if (SocketLinks.inode(target) == inode) {
        return fd;
      }
    } catch (IOException withoutProc) {
      // Treated as a different socket, because its inode number is not known.
    }
    Libc.close(fd);
    throw new ListenException("its process has just closed the socket", Errno.EBADF);
  }
}
