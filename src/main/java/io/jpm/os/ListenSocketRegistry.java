package io.jpm.os;

import io.jpm.model.RunAs;
import io.jpm.model.process.ProcessIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Creates, finds and recovers the listening sockets of apps. They outlive the daemon: the keeper
/// holds them, and the next daemon recovers them ([#all]). Methods may block for some milliseconds.
public interface ListenSocketRegistry {
  /// An internet socket to create.
  ///
  /// @param kind the transport
  /// @param address where to bind; an IPv6 wildcard accepts IPv4 too unless `v6only`. Empty: the
  ///   socket is left for a process to bind.
  /// @param ipv6 whether a socket without an address is an IPv6 socket
  /// @param v6only whether an IPv6 wildcard does not accept IPv4
  /// @param backlog maximum number of waiting connections, limited by the system; 0: the system's
  ///   maximum
  /// @param runAs credentials with which it is bound (ports below 1024)
  record ListenRequest(
      Protocol kind,
      Optional<InetSocketAddress> address,
      boolean ipv6,
      boolean v6only,
      int backlog,
      RunAs runAs) {}

  /// A unix stream socket to create. It listens immediately.
  ///
  /// @param path absolute, at most 107 bytes, with no file there; or a NUL followed by a name
  ///   without a file (`unix(7)`, abstract)
  /// @param backlog as in [ListenRequest]
  /// @param runAs the owner of the file; also the credentials and the umask with which it is
  ///   created
  record UnixListenRequest(String path, int backlog, RunAs runAs) {}

  /// The transport of a socket.
  enum Protocol {
    /// TCP connections. Bound sockets listen immediately.
    TCP,
    /// UDP datagrams.
    UDP
  }

  /// Creates an internet socket. Fails if another process already listens at the address. The
  /// exception: all listening processes belong to this daemon's home and use a TCP socket that the
  /// daemon has lost. Then the new socket is bound beside it.
  ///
  /// @param key a name that no open socket has, without line breaks
  /// @throws ListenException with the error number, such as `EADDRINUSE`; the message names the
  ///   process that uses the address
  ListenSocket open(String key, ListenRequest listenRequest) throws ListenException;

  /// Creates a unix socket. Fails if there is already a file at the path, whether or not a process
  /// listens there.
  ///
  /// @param key a name that no open socket has, without line breaks and tabs
  /// @throws ListenException with the error number
  default ListenSocket open(String key, UnixListenRequest wish) throws ListenException {
    throw new ListenException("unix sockets cannot be shared on this system", 97);
  }

  /// Waits for one connection on the loopback interface, at a port that the system chooses. This is
  /// not a socket of an app, and the next daemon does not recover it.
  ///
  /// @param consumer receives the connection on a thread of the host; must hand it over and return.
  ///   Called at most once.
  /// @throws ListenException with the error number
  default SingleUseEndpoint listenOnce(Consumer<AcceptedConnection> consumer)
      throws ListenException {
    throw new ListenException("connections cannot be passed to a process on this system", 95);
  }

  /// A loopback listener for a single connection. The owner must close it when the connection has
  /// arrived or is no longer expected.
  interface SingleUseEndpoint extends AutoCloseable {
    /// Returns its address, numeric.
    InetSocketAddress address();

    @Override
    void close();
  }

  /// Duplicates a socket that a process listens on, for the process that will replace it
  /// (`pidfd_getfd(2)`). The duplicate is not stored with the keeper: when the daemon ends it is
  /// closed, and the process keeps its own.
  ///
  /// @param key a name that no open socket has, without line breaks
  /// @param process the main process of the tree in which a process has the socket open
  /// @param inode inode number of the socket ([TreeListener#inode])
  /// @throws ListenException if the tree does not have the socket, or the system does not permit
  ///   the duplication
  default ListenSocket duplicate(String key, ProcessIdentity process, long inode)
      throws ListenException {
    throw new ListenException("sockets cannot be shared on this system", 38);
  }

  /// Recovers a socket that the daemon lost together with the keeper, from a process that still has
  /// it (`pidfd_getfd(2)`). Afterwards it is like a socket that was created here. If a socket with
  /// this key is open, that socket is returned.
  ///
  /// @param key a name without line breaks
  /// @param process the main process of the tree that has it open
  /// @param inode inode number of the socket ([TreeListener#inode]). The process may name it
  ///   itself, because only a TCP socket that its own tree has open and that a daemon of this user
  ///   has created is accepted.
  /// @throws ListenException if the tree does not have such a socket, or the system does not permit
  ///   the duplication
  default ListenSocket recover(String key, ProcessIdentity process, long inode)
      throws ListenException {
    throw new ListenException("sockets cannot be shared on this system", 38);
  }

  /// Returns the open socket with this key.
  Optional<ListenSocket> find(String key);

  /// Returns all open sockets; at first those of a former daemon.
  List<ListenSocket> all();

  /// Thrown if a socket cannot be created or duplicated.
  final class ListenException extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /// @param message for the user, with the address and the way to fix the problem
    /// @param errno the error number, positive
    public ListenException(String message, int errno) {
      super(message);
      this.errno = errno;
    }

    /// Returns the error number, positive.
    public int errno() {
      return errno;
    }
  }
}
