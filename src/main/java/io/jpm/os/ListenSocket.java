package io.jpm.os;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import java.util.function.Consumer;

/// A socket that several processes listen on. Connections in its queue are not lost as long as one
/// process or the daemon has it open. All methods are safe to call from several threads.
public interface ListenSocket extends SendHandle, AutoCloseable {
  /// Returns the name by which the next daemon finds the socket.
  String key();

  /// Returns the local address; empty if the socket is not bound yet and a process is expected to
  /// bind it.
  Optional<InetSocketAddress> address();

  /// Returns the path of a unix socket, as in [ListenSocketRegistry.UnixListenRequest]; empty for
  /// other sockets.
  default Optional<String> path() {
    return Optional.empty();
  }

  /// Reports whether clients can connect. False for a unix socket whose file was removed or
  /// replaced: the socket cannot be bound to a path again.
  default boolean isReachable() {
    return true;
  }

  /// Reports whether several sockets may listen at its address at the same time, each with a queue
  /// of its own (`SO_REUSEPORT`).
  default boolean reusesPort() {
    return false;
  }

  /// Allows other sockets of the same user to listen at its address from now on (`SO_REUSEPORT`,
  /// which the other sockets must set before they are bound).
  ///
  /// @return whether the system supports this
  default boolean allowReusePort() {
    return false;
  }

  /// Directs new connections to the sockets that began to listen at its address after those of one
  /// process. All sockets must allow others beside them (`SO_ATTACH_REUSEPORT_CBPF`, `socket(7)`).
  /// Connections in the queues of the older sockets stay there; no new ones are added.
  ///
  /// @param older number of sockets that the older process has at the address
  /// @param newer number of sockets that began to listen after those
  /// @return whether the kernel supports this
  default boolean routeToNewer(int older, int newer) {
    return false;
  }

  /// Directs new connections to the sockets of one process only, even if others begin to listen at
  /// the address later. Only connections from `source` go to the first of the later sockets. This
  /// may create another socket for a moment; no connection is lost because of it.
  ///
  /// @param older number of sockets that the process has at the address
  /// @param source an IPv4 address that no client on another machine can have, such as one of the
  ///   loopback network
  /// @return whether the kernel supports this
  default boolean pin(int older, InetAddress source) {
    return false;
  }

  /// Reverts [#pin] and [#routeToNewer]: each socket at its address receives connections again.
  default void routeToAll() {
    // Nothing to revert.
  }

  /// Reports whether it is an IPv6 socket, which may accept IPv4 connections too.
  default boolean isIpv6() {
    return address().filter(it -> it.getAddress() instanceof Inet6Address).isPresent();
  }

  /// Returns its inode number, as in `/proc/PID/fd` and `/proc/net/tcp`.
  long inode();

  /// Starts accepting connections in the daemon.
  ///
  /// @param consumer receives each connection on a thread of the host; must hand it over and
  ///   return. While more than a few hundred connections are not closed, no more are accepted.
  void accept(Consumer<AcceptedConnection> consumer);

  /// Returns a channel that accepts from this socket in the daemon, in addition to [#accept] and
  /// any number of other channels. The local address that the channel reports is not the real one.
  /// Closing the channel does not close the socket, and closing the socket does not close the
  /// channel.
  ///
  /// @throws IOException if the socket is closed or no descriptor is free
  ServerSocketChannel channel() throws IOException;

  /// Makes accept calls on this socket block (no O_NONBLOCK), as programs expect of an inherited
  /// socket. The flag is shared by the daemon and all processes. Call it only while no process
  /// relies on the non-blocking mode, and never together with [#accept] or [#channel].
  default void setBlocking() {}

  /// Stops accepting by [#accept]; further connections wait in the queue.
  void pause();

  /// Closes the daemon's descriptor and that of the keeper. Processes keep their own descriptors.
  /// The file of a unix socket is removed if it still belongs to this socket.
  @Override
  void close();
}
