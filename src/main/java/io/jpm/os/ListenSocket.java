package io.jpm.os;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import java.util.function.Consumer;

/// A listening socket that several processes can share. Connections in its accept queue are not
/// lost as long as the daemon or a process has the socket open. All methods are thread-safe.
public interface ListenSocket extends SendHandle, AutoCloseable {
  /// Returns the name by which the next daemon finds this socket.
  String key();

  /// Returns the local address; empty if the socket is not bound yet because a process will bind
  /// it.
  Optional<InetSocketAddress> address();

  /// Returns the path of a unix socket, in the form of
  /// [ListenSocketRegistry.UnixListenRequest#path]; empty for other sockets.
  default Optional<String> path() {
    return Optional.empty();
  }

  /// Reports whether clients can connect. Returns false for a unix socket whose file was removed or
  /// replaced, because the socket cannot be bound to a path again.
  default boolean isReachable() {
    return true;
  }

  /// Reports whether several sockets may listen on this socket's address at the same time, each
  /// with its own queue (`SO_REUSEPORT`).
  default boolean reusesPort() {
    return false;
  }

  /// Allows other sockets of the same user to listen on this socket's address from now on
  /// (`SO_REUSEPORT`). The other sockets must set the option too, before they are bound.
  ///
  /// @return whether the system supports this
  default boolean allowReusePort() {
    return false;
  }

  /// Directs new connections to the newer process, that is, to the sockets that started to listen
  /// on this address after those of the older process. All sockets must have `SO_REUSEPORT` set
  /// (`SO_ATTACH_REUSEPORT_CBPF`, `socket(7)`). Connections already queued at the older sockets
  /// stay there.
  ///
  /// @param older the number of sockets that the older process has at the address
  /// @param newer the number of sockets that started to listen after them
  /// @return whether the kernel supports this
  default boolean routeToNewer(int older, int newer) {
    return false;
  }

  /// Directs new connections only to the sockets of one process, even if other sockets start to
  /// listen on the address later. Connections from `source` are an exception: they go to the first
  /// of the later sockets. May briefly create an additional socket; no connections are lost.
  ///
  /// @param older the number of sockets that the process has at the address
  /// @param source an IPv4 address that no client on another machine can have, such as a loopback
  ///   address
  /// @return whether the kernel supports this
  default boolean pin(int older, InetAddress source) {
    return false;
  }

  /// Reverts [#pin] and [#routeToNewer]: all sockets at this address receive connections again.
  default void routeToAll() {
    // This implementation never redirects connections.
  }

  /// Reports whether this is an IPv6 socket, which may accept IPv4 connections too.
  default boolean isIpv6() {
    return address().filter(it -> it.getAddress() instanceof Inet6Address).isPresent();
  }

  /// Returns the inode number of the socket, as shown in `/proc/PID/fd` and `/proc/net/tcp`.
  long inode();

  /// Starts accepting connections in the daemon.
  ///
  /// @param consumer receives each connection on a thread of the host; it must pass the connection
  ///   on and return immediately. No more connections are accepted while more than a few hundred
  ///   are open in the daemon.
  void accept(Consumer<AcceptedConnection> consumer);

  /// Returns a channel through which the daemon accepts connections from this socket, in addition
  /// to [#accept] and any other channels. The local address that the channel reports is not that of
  /// the socket. Closing the channel does not close the socket, and closing the socket does not
  /// close the channel.
  ///
  /// @throws IOException if the socket is closed or no descriptor is free
  ServerSocketChannel channel() throws IOException;

  /// Switches this socket to blocking mode (without O_NONBLOCK), which programs expect of an
  /// inherited socket. The daemon and all processes share the mode. Must be called only while no
  /// process relies on non-blocking mode, and never together with [#accept] or [#channel].
  default void setBlocking() {}

  /// Stops accepting connections through [#accept]; further connections wait in the queue.
  void pause();

  /// Closes the descriptors of the daemon and of the keeper. Processes keep their own descriptors.
  /// The file of a unix socket is removed if it still belongs to this socket.
  @Override
  void close();
}
