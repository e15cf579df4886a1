package io.jpm.os.linux.socket;

import io.jpm.model.RunAs;
import io.jpm.os.ListenSocketRegistry.ListenException;
import io.jpm.os.ListenSocketRegistry.ListenRequest;
import io.jpm.os.ListenSocketRegistry.Protocol;
import io.jpm.os.linux.credentials.ChildCredentials;
import io.jpm.os.linux.credentials.CredentialThread;
import io.jpm.os.linux.libc.Errno;
import io.jpm.os.linux.libc.ErrnoException;
import io.jpm.os.linux.libc.Libc;
import io.jpm.os.linux.libc.SocketAddresses;
import io.jpm.os.linux.libc.SocketCalls;
import io.jpm.os.linux.proc.KernelSetting;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Optional;
import java.util.Set;

/// Creates internet sockets (`socket(7)`).
///
/// A TCP socket is bound without SO_REUSEPORT, so that the bind fails if the port is in use. The
/// option is set after the bind, so that another socket can be bound to the same address if the
/// daemon loses this one while a process still has it open.
final class SocketCreation {
  private static final String MOST_BACKLOG = "net/core/somaxconn";
  private static final int USUAL_MOST_BACKLOG = 4096;
  private static final byte[] ANY_IPV4 = new byte[4];

  private final PortOwnerFinder holders;
  private final Set<Long> own;

  /// @param own the inode numbers of the sockets that the daemon has open
  SocketCreation(PortOwnerFinder holders, Set<Long> own) {
    this.holders = holders;
    this.own = Set.copyOf(own);
  }

  /// Creates a socket that is close-on-exec and non-blocking. If the request contains an address,
  /// the socket is bound and, for TCP, listens.
  ///
  /// @return the descriptor of the socket
  int make(ListenRequest listenRequest) throws ListenException {
    if (listenRequest.address().isEmpty()) {
      return unbound(
          listenRequest,
          listenRequest.ipv6(),
          listenRequest.kind() == Protocol.TCP && holders.hasLostUnbound(own));
    }
    InetSocketAddress address = listenRequest.address().get();
    if (address.isUnresolved()) {
      throw new ListenException(
          SocketAddresses.format(address) + ": no host with this name was found",
          Errno.EADDRNOTAVAIL);
    }
    try {
      return bound(listenRequest, address);
    } catch (ListenException failure) {
      Optional<InetSocketAddress> instead = withoutIpv6(listenRequest, address, failure.errno());
      if (instead.isEmpty()) {
        throw failure;
      }
      return bound(listenRequest, instead.get());
    }
  }

  /// Returns the IPv4 wildcard address to replace the IPv6 wildcard address on a machine without
  /// IPv6; otherwise empty.
  private static Optional<InetSocketAddress> withoutIpv6(
      ListenRequest listenRequest, InetSocketAddress address, int errno) {
    boolean lacks = errno == Errno.EAFNOSUPPORT || errno == Errno.EADDRNOTAVAIL;
    boolean everywhere =
        address.getAddress() instanceof Inet6Address six && six.isAnyLocalAddress();
    return lacks && everywhere && !listenRequest.v6only()
        ? Optional.of(
            new InetSocketAddress(SocketAddresses.address(ANY_IPV4, 0), address.getPort()))
        : Optional.empty();
  }

  /// Creates a socket that is not bound.
  ///
  /// @param beside whether the socket may be bound to the same address as another socket that
  ///   allows it
  private static int unbound(ListenRequest listenRequest, boolean ipv6, boolean beside)
      throws ListenException {
    int fd =
        SocketCalls.socket(
            ipv6 ? SocketCalls.AF_INET6 : SocketCalls.AF_INET,
            listenRequest.kind() == Protocol.TCP ? Libc.SOCK_STREAM : SocketCalls.SOCK_DGRAM);
    if (fd < 0) {
      throw SocketErrorExplainer.unavailable("a socket", -fd);
    }
    int result = option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEADDR, true);
    if (result >= 0 && beside) {
      result = allowAnother(fd);
    }
    if (result >= 0 && ipv6) {
      // Always set explicitly, because the machine's default may differ (net.ipv6.bindv6only).
      result =
          option(fd, SocketCalls.IPPROTO_IPV6, SocketCalls.IPV6_V6ONLY, listenRequest.v6only());
    }
    if (result < 0) {
      Libc.close(fd);
      throw SocketErrorExplainer.unavailable("a socket", -result);
    }
    return fd;
  }

  /// Allows another socket of this user to be bound to the same address, provided that it sets the
  /// same option.
  static int allowAnother(int fd) {
    return option(fd, SocketCalls.SOL_SOCKET, SocketCalls.SO_REUSEPORT, true);
  }

  private static int option(int fd, int level, int name, boolean on) {
    return SocketCalls.setOption(fd, level, name, on ? 1 : 0);
  }

  private int bound(ListenRequest listenRequest, InetSocketAddress address) throws ListenException {
    ChildCredentials childCredentials = rights(listenRequest.runAs(), address);
    int result = bound(listenRequest, address, childCredentials, false);
    if (result != -Errno.EADDRINUSE || listenRequest.kind() != Protocol.TCP) {
      return orRefused(result, address, childCredentials, "");
    }
    PortOwnerFinder.PortOwners portOwners = holders.find(address, own);
    return orRefused(
        portOwners.lost() ? bound(listenRequest, address, childCredentials, true) : result,
        address,
        childCredentials,
        portOwners.name());
  }

  private static int orRefused(
      int result, InetSocketAddress address, ChildCredentials childCredentials, String holder)
      throws ListenException {
    if (result < 0) {
      throw SocketErrorExplainer.explain(address, childCredentials, -result, holder);
    }
    return result;
  }

  /// Creates a socket that is bound to `address` and, for TCP, listens.
  ///
  /// @return the descriptor, or the negative `errno` if the socket cannot be bound
  private static int bound(
      ListenRequest listenRequest,
      InetSocketAddress address,
      ChildCredentials childCredentials,
      boolean beside)
      throws ListenException {
    int fd =
        unbound(listenRequest, SocketAddresses.family(address) == SocketCalls.AF_INET6, beside);
    try {
      int result = bind(fd, address, childCredentials);
      if (result >= 0 && listenRequest.kind() == Protocol.TCP) {
        result = SocketCalls.listen(fd, backlog(listenRequest.backlog()));
      }
      if (result >= 0 && listenRequest.kind() == Protocol.TCP) {
        result = allowAnother(fd);
      }
      if (result >= 0) {
        return fd;
      }
      Libc.close(fd);
      return result;
    } catch (ListenException failure) {
      Libc.close(fd);
      throw failure;
    }
  }

  /// Returns the backlog for `listen(2)`, the maximum number of waiting connections.
  ///
  /// @param wished the requested maximum, or 0 for the system's maximum
  static int backlog(int wished) {
    return wished > 0 ? wished : KernelSetting.number(MOST_BACKLOG, USUAL_MOST_BACKLOG);
  }

  private static int bind(int fd, InetSocketAddress address, ChildCredentials childCredentials)
      throws ListenException {
    try (Arena arena = Arena.ofShared()) {
      MemorySegment encoded = SocketAddresses.encode(arena, address);
      if (childCredentials.isDaemon()) {
        return SocketCalls.bind(fd, encoded);
      }
      // With other credentials, only functions that have been called before may be called.
      SocketCalls.bind(-1, encoded);
      return CredentialThread.call(childCredentials, () -> SocketCalls.bind(fd, encoded));
    } catch (ErrnoException e) {
      throw new ListenException(String.valueOf(e.getMessage()), e.errno());
    } catch (IOException e) {
      throw new ListenException(String.valueOf(e.getMessage()), Errno.EACCES);
    }
  }

  private static ChildCredentials rights(RunAs runAs, InetSocketAddress address)
      throws ListenException {
    try {
      ChildCredentials all = ChildCredentials.of(runAs);
      return new ChildCredentials(
          all.identity(),
          ChildCredentials.DAEMON.nice(),
          ChildCredentials.DAEMON.umask(),
          all.environment());
    } catch (IOException e) {
      throw new ListenException(
          SocketAddresses.format(address) + ": " + e.getMessage(), Errno.EACCES);
    }
  }
}
