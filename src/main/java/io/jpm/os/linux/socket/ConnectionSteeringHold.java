package io.jpm.os.linux.socket;

import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.Native;
import io.jpm.os.linux.libc.SocketAddresses;
import io.jpm.os.linux.libc.SocketCalls;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.nio.file.Path;

/// Keeps new connections with the sockets that listen at an address now, also when others begin to
/// listen there ([PortSteering#hold]).
///
/// A socket that was bound without SO_REUSEPORT has no group yet, and a group is what a program is
/// attached to. It gets one when another socket begins to listen beside it: one of ours, for as
/// long as two calls take. What is asked of that one meanwhile is not answered, so who asks does so
/// again, a second later, and gets to the old socket.
final class ConnectionSteeringHold {
  private static final Native CHANGE_OWNER = new Native("fchown");

  private ConnectionSteeringHold() {}

  /// Leads new connections to the sockets that listen now, but those from `source`.
  ///
  /// @param fd a socket that listens, and allows others beside it
  /// @return 0 or the negative `errno`
  static int begin(int fd, InetSocketAddress address, int older, InetAddress source) {
    int held = PortSteering.hold(fd, older, source);
    if (held != -Errno.EINVAL) {
      return held;
    }
    int family = SocketAddresses.family(address);
    int beside = SocketCalls.socket(family, Libc.SOCK_STREAM);
    if (beside < 0) {
      return beside;
    }
    try {
      int result = listen(beside, fd, family, address);
      return result < 0 ? result : PortSteering.hold(fd, older, source);
    } finally {
      Libc.close(beside);
    }
  }

  private static int listen(int fd, int old, int family, InetSocketAddress address) {
    // Beside what the old one has accepted, too.
    int result = SocketCalls.setOption(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEADDR, 1);
    if (result >= 0) {
      result = SocketCreation.allowAnother(fd);
    }
    if (result >= 0 && family == SocketCalls.AF_INET6) {
      int only = SocketCalls.option(old, SocketCalls.IPPROTO_IPV6, SocketCalls.IPV6_V6ONLY);
      result = SocketCalls.setOption(fd, SocketCalls.IPPROTO_IPV6, SocketCalls.IPV6_V6ONLY, only);
    }
    if (result >= 0) {
      result = likeThatOf(fd, old);
    }
    if (result >= 0) {
      try (Arena arena = Arena.ofConfined()) {
        MemorySegment encoded = SocketAddresses.encode(arena, address);
        result = SocketCalls.bind(fd, encoded);
      }
    }
    if (result >= 0) {
      result = PortSteering.drop(fd);
    }
    return result < 0 ? result : SocketCalls.listen(fd, 1);
  }

  /// Only sockets of one user can listen beside each other.
  private static int likeThatOf(int fd, int old) {
    try {
      int owner = owner(old);
      return owner == owner(fd) ? 0 : CHANGE_OWNER.errnoInt(fd, owner, -1);
    } catch (IOException unreadable) {
      return -Errno.EACCES;
    }
  }

  private static int owner(int fd) throws IOException {
    return (Integer) Files.getAttribute(Path.of("/proc/self/fd/" + fd), "unix:uid");
  }
}
