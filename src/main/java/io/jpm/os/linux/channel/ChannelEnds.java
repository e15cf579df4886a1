package io.jpm.os.linux.channel;

import io.jpm.os.linux.libc.Descriptors;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.SocketCalls;
import io.jpm.os.linux.proc.PidFd;
import io.jpm.os.linux.proc.ProcReader;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;

/// The two ends of an IPC channel (`socketpair(2)`). A process inherits both: its own end, under
/// the descriptor number that Node expects, and the daemon's end. The channel therefore survives
/// the death of the daemon, and the next daemon can recover its end. A broken channel would make a
/// Node app fail at its next message.
public record ChannelEnds(int daemon, int app) {
  /// The variable that identifies the daemon's end by its inode number. A descriptor number would
  /// not be sufficient, because a process that has closed its inherited descriptors may have opened
  /// another socket under the same number.
  static final String INODE_VARIABLE = "JPM_CHANNEL";

  private static final String NUMBER_VARIABLE = "NODE_CHANNEL_FD";
  private static final String MODE_VARIABLE = "NODE_CHANNEL_SERIALIZATION_MODE";

  /// The variables that [#environment] sets.
  public static final Set<String> VARIABLES =
      Set.of(NUMBER_VARIABLE, MODE_VARIABLE, INODE_VARIABLE);

  /// Creates a channel. The caller must close both ends.
  public static ChannelEnds open() throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment two = arena.allocate(ValueLayout.JAVA_INT, 2);
      int result = Libc.socketPair(Libc.SOCK_STREAM, two);
      if (result < 0) {
        throw new ErrnoException(
            "cannot create an IPC channel: " + Errno.message(-result), -result);
      }
      return new ChannelEnds(
          two.getAtIndex(ValueLayout.JAVA_INT, 0), two.getAtIndex(ValueLayout.JAVA_INT, 1));
    }
  }

  /// Returns the environment variables that describe the channel to the process.
  public static Map<String, String> environment(int daemonEnd) throws IOException {
    return Map.of(
        NUMBER_VARIABLE,
        Integer.toString(Descriptors.APP_CHANNEL),
        MODE_VARIABLE,
        "json",
        INODE_VARIABLE,
        Files.readSymbolicLink(Path.of("/proc/self/fd/" + daemonEnd)).toString());
  }

  /// Duplicates the daemon's end from a process that an earlier daemon spawned. Empty if the
  /// process has no channel or has closed it, or if the kernel denies access (another user, Yama).
  ///
  /// If the process belongs to the daemon's user, its environment identifies the end. A process of
  /// another user could name any socket there, so the user that created the socket according to the
  /// kernel is checked instead.
  ///
  /// @param self the user id of the daemon
  public static OptionalInt recover(PidFd pidFd, int pid, int self) {
    Optional<String> inode;
    try (ProcReader reader = new ProcReader()) {
      inode = reader.variable(pid, INODE_VARIABLE);
      // The user must be checked after the environment was read. If the process then belongs to the
      // daemon's user, no other user can have set its environment.
      int user = reader.realUser(pid);
      if (user != self) {
        return user < 0 ? OptionalInt.empty() : takeBackPair(pidFd, pid, self);
      }
    }
    if (inode.isEmpty()
        || !isAt("/proc/" + pid + "/fd/" + Descriptors.DAEMON_CHANNEL, inode.get())) {
      return OptionalInt.empty();
    }
    int fd = Libc.pidfdGetFd(pidFd.descriptor(), Descriptors.DAEMON_CHANNEL);
    if (fd < 0) {
      return OptionalInt.empty();
    }
    // Checked again on the duplicate, which the process cannot change.
    if (!isAt("/proc/self/fd/" + fd, inode.get())) {
      Libc.close(fd);
      return OptionalInt.empty();
    }
    return OptionalInt.of(fd);
  }

  private static OptionalInt takeBackPair(PidFd pidFd, int pid, int self) {
    if (!isSocket("/proc/" + pid + "/fd/" + Descriptors.DAEMON_CHANNEL)) {
      return OptionalInt.empty();
    }
    int fd = Libc.pidfdGetFd(pidFd.descriptor(), Descriptors.DAEMON_CHANNEL);
    if (fd < 0) {
      return OptionalInt.empty();
    }
    if (!SocketCalls.isPairOf(self, fd)) {
      Libc.close(fd);
      return OptionalInt.empty();
    }
    return OptionalInt.of(fd);
  }

  private static boolean isSocket(String link) {
    try {
      return Files.readSymbolicLink(Path.of(link)).toString().startsWith("socket:[");
    } catch (IOException goneOrNotPermitted) {
      return false;
    }
  }

  private static boolean isAt(String link, String inode) {
    try {
      return inode.startsWith("socket:[")
          && Files.readSymbolicLink(Path.of(link)).toString().equals(inode);
    } catch (IOException goneOrNotPermitted) {
      return false;
    }
  }
}
