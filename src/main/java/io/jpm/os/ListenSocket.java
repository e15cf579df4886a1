package io.jpm.os;

import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.channels.ServerSocketChannel;
import java.util.Optional;
import java.util.function.Consumer;

/// A socket that several processes listen on. The connections that wait in it are not lost as long
/// as one process or the daemon has it open. All methods are safe to call from several threads.
public interface ListenSocket extends Handle, AutoCloseable {
  /// The name under which the next daemon finds it again.
  String key();

  /// Where it listens now; empty for one that a process is still to bind.
  Optional<InetSocketAddress> address();

  /// The path of a unix socket, as in [ListenSockets.PathWish]; empty for others.
  default Optional<String> path() {
    return Optional.empty();
  }

  /// Whether clients get here. False for a unix socket whose file somebody has removed or replaced:
  /// it cannot be given a name again.
  default boolean isReachable() {
    return true;
  }

  /// Whether several sockets may listen at its address at once, each with a queue of its own
  /// (`SO_REUSEPORT`).
  default boolean reusesPort() {
    return false;
  }

  /// Allows others of the same user to listen at its address beside it, as of now (`SO_REUSEPORT`,
  /// which they have to set before they are bound).
  ///
  /// @return whether the system does so
  default boolean allowAnother() {
    return false;
  }

  /// Has new connections to its address go to sockets that began to listen after those of one
  /// process, where all of them allow it (`SO_ATTACH_REUSEPORT_CBPF`, `socket(7)`). What waits in
  /// the queues of the older ones stays there, and nothing is added.
  ///
  /// @param older how many sockets the older process has there
  /// @param newer how many sockets began to listen after those
  /// @return whether the kernel does so
  default boolean steer(int older, int newer) {
    return false;
  }

  /// Leads new connections to its address to the sockets of one process alone, also when others
  /// begin to listen there. Only those from one address go to the first of the later sockets.
  /// Another socket may be made for a moment to begin with; no connection gets lost by that.
  ///
  /// @param older how many sockets the process has there
  /// @param source an address of IPv4; none from elsewhere can have it, as those of the loopback
  /// @return whether the kernel does so
  default boolean hold(int older, InetAddress source) {
    return false;
  }

  /// What [#hold] or [#steer] has said holds no more: each socket at its address gets connections.
  default void share() {
    // Nothing was said.
  }

  /// Whether it is one of IPv6, which may take connections of IPv4 too.
  default boolean isIpv6() {
    return address().filter(it -> it.getAddress() instanceof Inet6Address).isPresent();
  }

  /// The kernel's number of it, as in `/proc/PID/fd` and `/proc/net/tcp`.
  long inode();

  /// Accepts connections here, in the daemon, from now on.
  ///
  /// @param consumer gets each, on a thread of the host: must hand over and return. While it has
  ///   more than a few hundred that are not closed, no more are accepted.
  void accept(Consumer<Connection> consumer);

  /// A channel that accepts from it here, in the daemon, beside [#accept] and any number of others.
  /// Its own local address is of no use. When it is closed the socket stays open, and when the
  /// socket is closed it goes on.
  ///
  /// @throws IOException when it is closed, or there are no free descriptors
  ServerSocketChannel channel() throws IOException;

  /// Has whoever accepts from it wait for a connection (no O_NONBLOCK), as programs expect of what
  /// they inherit. The daemon and all processes share this: to be called while no process has it
  /// that relies on the opposite, and never with [#accept] or [#channel].
  default void block() {}

  /// Stops accepting by [#accept]; connections wait.
  void pause();

  /// Closes the daemon's hold, and has the keeper forget it. Processes that have it keep it. The
  /// file of a unix socket is removed, if it is still this one's.
  @Override
  void close();
}
