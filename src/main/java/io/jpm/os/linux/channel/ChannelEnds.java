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

/// The two ends of a channel, `socketpair(2)`, and where a process has them: its own as Node
/// expects it, and the daemon's beside it. Thus the channel does not break with the daemon, which
/// would be fatal to a Node app that sends the next message, and the next daemon can take its end
/// back.
///
/// @param daemon the daemon's end
/// @param app the process's end
public record ChannelEnds(int daemon, int app) {
  /// Names the daemon's end by its inode, so that it is never mistaken for a socket that the
  /// process opened under that number after closing what it was given.
  static final String INODE_VARIABLE = "JPM_CHANNEL";

  private static final String NUMBER_VARIABLE = "NODE_CHANNEL_FD";
  private static final String MODE_VARIABLE = "NODE_CHANNEL_SERIALIZATION_MODE";

  /// All that [#environment] sets.
  public static final Set<String> VARIABLES =
      Set.of(NUMBER_VARIABLE, MODE_VARIABLE, INODE_VARIABLE);

  public static ChannelEnds open() throws ErrnoException {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment two = arena.allocate(ValueLayout.JAVA_INT, 2);
      int result = Libc.socketPair(Libc.SOCK_STREAM, two);
      if (result < 0) {
        throw new ErrnoException(
            "cannot make a channel for messages: " + Errno.words(-result), -result);
      }
      return new ChannelEnds(
          two.getAtIndex(ValueLayout.JAVA_INT, 0), two.getAtIndex(ValueLayout.JAVA_INT, 1));
    }
  }

  /// What the process has to know.
  public static Map<String, String> environment(int daemonEnd) throws IOException {
    return Map.of(
        NUMBER_VARIABLE,
        Integer.toString(Descriptors.APP_CHANNEL),
        MODE_VARIABLE,
        "json",
        INODE_VARIABLE,
        Files.readSymbolicLink(Path.of("/proc/self/fd/" + daemonEnd)).toString());
  }

  /// The daemon's end out of a process that a former daemon made; empty when it was made without,
  /// has closed it, or the kernel does not let us (another user, Yama).
  ///
  /// Where it is says the process's environment, when that is of the daemon's user. Another user's
  /// process could name any socket there: of that one the kernel is asked who made it.
  ///
  /// @param self the daemon's user
  public static OptionalInt takeBack(PidFd pidFd, int pid, int self) {
    Optional<String> inode;
    try (ProcReader reader = new ProcReader()) {
      inode = reader.variable(pid, INODE_VARIABLE);
      // Afterwards: what had the daemon's user then has put nobody else's words there.
      int user = reader.realUser(pid);
      if (user != self) {
        return user < 0 ? OptionalInt.empty() : takeBackPair(pidFd, pid, self);
      }
    }
    if (inode.isEmpty()
        || !isAt("/proc/" + pid + "/fd/" + Descriptors.DAEMON_CHANNEL, inode.get())) {
      return OptionalInt.empty();
    }
    int fd = Libc.pidfdGetFd(pidFd.number(), Descriptors.DAEMON_CHANNEL);
    if (fd < 0) {
      return OptionalInt.empty();
    }
    // Again, now that nobody can change it.
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
    int fd = Libc.pidfdGetFd(pidFd.number(), Descriptors.DAEMON_CHANNEL);
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
