package io.jpm.os.linux;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.util.Optional;

/// The C library's functions for sockets. As in [Libc] a method returns what the function returns,
/// or the negative `errno`.
final class SocketCalls {
  static final int AF_INET = 2;
  static final int AF_INET6 = 10;
  static final int SOCK_DGRAM = 2;

  static final int SOL_SOCKET = 1;
  static final int SO_REUSEADDR = 2;
  static final int SO_TYPE = 3;
  static final int SO_REUSEPORT = 15;
  static final int SO_ACCEPTCONN = 30;
  static final int SO_DOMAIN = 39;
  static final int IPPROTO_IPV6 = 41;
  static final int IPV6_V6ONLY = 26;

  private static final Native SOCKET = new Native("socket");
  private static final Native SET_OPTION = new Native("setsockopt");
  private static final Native GET_OPTION = new Native("getsockopt");
  private static final Native BIND = new Native("bind");
  private static final Native LISTEN = new Native("listen");
  private static final Native NAME = new Native("getsockname");
  private static final Native DUPLICATE = new Native("dup3");
  private static final Native ACCEPT = new Native("accept4");

  private SocketCalls() {}

  /// `socket(2)`, close-on-exec and not blocking.
  ///
  /// @param family AF_INET, AF_INET6 or [Libc#AF_UNIX]
  /// @param type [Libc#SOCK_STREAM] or SOCK_DGRAM
  static int socket(int family, int type) {
    return SOCKET.errnoInt(family, type | Libc.O_CLOEXEC | Libc.O_NONBLOCK, 0);
  }

  /// `setsockopt(2)` with an `int`.
  static int setOption(int fd, int level, int name, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocateFrom(ValueLayout.JAVA_INT, value);
      return SET_OPTION.errnoInt(fd, level, name, number.address(), Integer.BYTES);
    }
  }

  /// `getsockopt(2)` of an `int`.
  static int option(int fd, int level, int name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
      int result = GET_OPTION.errnoInt(fd, level, name, value.address(), length.address());
      return result < 0 ? result : value.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /// `bind(2)`.
  ///
  /// @param address of [SocketAddresses#encode] or [UnixPath#encode]
  static int bind(int fd, MemorySegment address) {
    return BIND.errnoInt(fd, address.address(), address.byteSize());
  }

  /// `listen(2)`.
  static int listen(int fd, int backlog) {
    return LISTEN.errnoInt(fd, backlog);
  }

  /// `getsockname(2)`: where it is bound; empty when it is not, or is no such socket.
  static Optional<InetSocketAddress> localAddress(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(SocketAddresses.MOST_BYTES, 8);
      MemorySegment length =
          arena.allocateFrom(ValueLayout.JAVA_INT, (int) SocketAddresses.MOST_BYTES);
      return NAME.errnoInt(fd, address.address(), length.address()) < 0
          ? Optional.empty()
          : SocketAddresses.decode(address);
    }
  }

  /// `getsockname(2)` of a unix socket: its path; empty when it has none, or is no such socket.
  static Optional<String> localPath(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(UnixPath.MOST_BYTES, 8);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) UnixPath.MOST_BYTES);
      return NAME.errnoInt(fd, address.address(), length.address()) < 0
          ? Optional.empty()
          : UnixPath.decode(address, length.get(ValueLayout.JAVA_INT, 0));
    }
  }

  /// `dup3(2)`, close-on-exec: `over` is the same description as `fd` from now on.
  static int duplicateOver(int fd, int over) {
    return DUPLICATE.errnoInt(fd, over, Libc.O_CLOEXEC);
  }

  /// `accept4(2)`, close-on-exec and not blocking.
  static int accept(int fd) {
    return ACCEPT.errnoInt(fd, 0, 0, Libc.O_CLOEXEC | Libc.O_NONBLOCK);
  }
}
