package io.jpm.os.linux.libc;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.net.InetSocketAddress;
import java.nio.file.Files;
import java.util.Optional;

/// Binds the functions of the C library for sockets. As in [Libc], a method returns the result of
/// the function or the negative `errno`.
public final class SocketCalls {
  public static final int AF_INET = 2;
  public static final int AF_INET6 = 10;
  public static final int SOCK_DGRAM = 2;

  public static final int SOL_SOCKET = 1;
  public static final int SO_REUSEADDR = 2;
  public static final int SO_TYPE = 3;
  public static final int SO_REUSEPORT = 15;
  static final int SO_PEERCRED = 17;
  public static final int SO_ACCEPTCONN = 30;
  public static final int SO_DOMAIN = 39;
  public static final int IPPROTO_IPV6 = 41;
  public static final int IPV6_V6ONLY = 26;

  private static final Native SOCKET = new Native("socket");
  private static final Native SET_OPTION = new Native("setsockopt");
  private static final Native GET_OPTION = new Native("getsockopt");
  private static final Native BIND = new Native("bind");
  private static final Native LISTEN = new Native("listen");
  private static final Native NAME = new Native("getsockname");
  private static final Native PEER = new Native("getpeername");
  private static final Native DUPLICATE = new Native("dup3");
  private static final Native ACCEPT = new Native("accept4");

  private SocketCalls() {}

  /// Calls `socket(2)`, close-on-exec and non-blocking.
  ///
  /// @param family AF_INET, AF_INET6 or [Libc#AF_UNIX]
  /// @param type [Libc#SOCK_STREAM] or SOCK_DGRAM
  public static int socket(int family, int type) {
    return SOCKET.errnoInt(family, type | Libc.O_CLOEXEC | Libc.O_NONBLOCK, 0);
  }

  /// Calls `setsockopt(2)` with an `int` value.
  public static int setOption(int fd, int level, int name, int value) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment number = arena.allocateFrom(ValueLayout.JAVA_INT, value);
      return SET_OPTION.errnoInt(fd, level, name, number.address(), Integer.BYTES);
    }
  }

  /// Calls `getsockopt(2)` for an option with an `int` value.
  public static int option(int fd, int level, int name) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment value = arena.allocate(ValueLayout.JAVA_INT);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, Integer.BYTES);
      int result = GET_OPTION.errnoInt(fd, level, name, value.address(), length.address());
      return result < 0 ? result : value.get(ValueLayout.JAVA_INT, 0);
    }
  }

  /// Calls `bind(2)`.
  ///
  /// @param address an address created by [SocketAddresses#encode] or [UnixPath#encode]
  public static int bind(int fd, MemorySegment address) {
    return BIND.errnoInt(fd, address.address(), address.byteSize());
  }

  /// Calls `listen(2)`.
  public static int listen(int fd, int backlog) {
    return LISTEN.errnoInt(fd, backlog);
  }

  /// Returns the local address (`getsockname(2)`); empty if the socket is not bound or not an
  /// internet socket.
  public static Optional<InetSocketAddress> localAddress(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(SocketAddresses.MOST_BYTES, 8);
      MemorySegment length =
          arena.allocateFrom(ValueLayout.JAVA_INT, (int) SocketAddresses.MOST_BYTES);
      return NAME.errnoInt(fd, address.address(), length.address()) < 0
          ? Optional.empty()
          : SocketAddresses.decode(address);
    }
  }

  /// Returns the path of a unix socket (`getsockname(2)`); empty if it has none or is not a unix
  /// socket.
  public static Optional<String> localPath(int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment address = arena.allocate(UnixPath.MOST_BYTES, 8);
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) UnixPath.MOST_BYTES);
      return NAME.errnoInt(fd, address.address(), length.address()) < 0
          ? Optional.empty()
          : UnixPath.decode(address, length.get(ValueLayout.JAVA_INT, 0));
    }
  }

  /// Reports whether the socket belongs to a pair that `user` has created (`socketpair(2)`). The
  /// kernel records the creator. The ends of a pair are recognized by their peer, which has no
  /// name.
  public static boolean isPairOf(int user, int fd) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment credentials = arena.allocate(ValueLayout.JAVA_INT, 3); // pid, uid, gid
      MemorySegment length = arena.allocateFrom(ValueLayout.JAVA_INT, (int) credentials.byteSize());
      MemorySegment name = arena.allocate(UnixPath.MOST_BYTES, 8);
      MemorySegment nameLength =
          arena.allocateFrom(ValueLayout.JAVA_INT, (int) UnixPath.MOST_BYTES);
      return option(fd, SOL_SOCKET, SO_DOMAIN) == Libc.AF_UNIX
          && GET_OPTION.errnoInt(
                  fd, SOL_SOCKET, SO_PEERCRED, credentials.address(), length.address())
              >= 0
          && credentials.getAtIndex(ValueLayout.JAVA_INT, 1) == user
          && PEER.errnoInt(fd, name.address(), nameLength.address()) >= 0
          && nameLength.get(ValueLayout.JAVA_INT, 0) == Short.BYTES; // only the family, no name
    }
  }

  /// Reports whether `fd` is a TCP socket that `user` has created and that is listening or not
  /// connected yet. The kernel records the creator as the owner of the socket, and only root can
  /// change the owner to root.
  public static boolean isMadeToListen(int user, int fd) {
    int family = option(fd, SOL_SOCKET, SO_DOMAIN);
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment peer = arena.allocate(SocketAddresses.MOST_BYTES, 8);
      MemorySegment length =
          arena.allocateFrom(ValueLayout.JAVA_INT, (int) SocketAddresses.MOST_BYTES);
      return (family == AF_INET || family == AF_INET6)
          && option(fd, SOL_SOCKET, SO_TYPE) == Libc.SOCK_STREAM
          && PEER.errnoInt(fd, peer.address(), length.address()) == -Errno.ENOTCONN
          && Files.getAttribute(OpenedFile.reopenPath(fd), "unix:uid") instanceof Integer owner
          && owner == user;
    } catch (IOException withoutProc) {
      return false;
    }
  }

  /// Calls `dup3(2)`, close-on-exec: makes `over` a duplicate of `fd`.
  public static int duplicateOver(int fd, int over) {
    return DUPLICATE.errnoInt(fd, over, Libc.O_CLOEXEC);
  }

  /// Calls `accept4(2)`, close-on-exec and non-blocking.
  public static int accept(int fd) {
    return ACCEPT.errnoInt(fd, 0, 0, Libc.O_CLOEXEC | Libc.O_NONBLOCK);
  }
}
