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

/// Keeps new connections on the sockets that currently listen on an address, even if other sockets
/// start to listen there later ([ReuseportSelector#pin]).
///
/// A BPF program is attached to a group of sockets, but a socket that was bound without
/// SO_REUSEPORT does not belong to a group yet. The kernel creates the group when another socket
/// starts to listen on the same address. This class opens such a second socket for the duration of
/// two system calls. Connection requests to the second socket are dropped; the clients repeat them
/// one second later and reach the first socket.
final class ReuseportPinner {
  private static final Native CHANGE_OWNER = new Native("fchown");

  private ReuseportPinner() {}

  /// Directs new connections to the sockets that are listening now, except for connections from
  /// `source`.
  ///
  /// @param fd a listening socket that allows other sockets at its address
  /// @return 0 or the negative `errno`
  static int begin(int fd, InetSocketAddress address, int older, InetAddress source) {
    int held = ReuseportSelector.pin(fd, older, source);
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
      return result < 0 ? result : ReuseportSelector.pin(fd, older, source);
    } finally {
      Libc.close(beside);
    }
  }

  private static int listen(int fd, int old, int family, InetSocketAddress address) {
    // Required to bind if the old socket has accepted connections.
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
      result = ReuseportSelector.drop(fd);
    }
    return result < 0 ? result : SocketCalls.listen(fd, 1);
  }

  /// Changes the owner of the socket `fd` to the owner of `old`, because only sockets of the same
  /// user can listen on the same address.
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
