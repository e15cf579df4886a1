package io.jpm.os;

import io.jpm.model.RunAs;
import io.jpm.model.process.ProcessIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// Creates, finds and recovers the listening sockets of apps. The sockets outlive the daemon: the
/// keeper holds them, and the next daemon recovers them ([#all]). Methods may block for some
/// milliseconds.
public interface ListenSocketRegistry {
  /// An internet socket to create.
  ///
  /// @param kind the transport protocol
  /// @param address the address to bind; an IPv6 wildcard address accepts IPv4 too unless `v6only`
  ///   is set. Empty if a process will bind the socket.
  /// @param ipv6 whether a socket without an address is an IPv6 socket
  /// @param v6only whether an IPv6 wildcard address does not accept IPv4
  /// @param backlog the maximum number of waiting connections, limited by the system; 0 for the
  ///   system's maximum
  /// @param runAs the credentials used to bind the socket, which matter for ports below 1024
  record ListenRequest(
      Protocol kind,
      Optional<InetSocketAddress> address,
      boolean ipv6,
      boolean v6only,
      int backlog,
      RunAs runAs) {}

  /// A unix stream socket to create. It listens immediately.
  ///
  /// @param path an absolute path of at most 107 bytes at which no file exists; or NUL followed by
  ///   a name in the abstract namespace (`unix(7)`)
  /// @param backlog as in [ListenRequest]
  /// @param runAs the owner of the file; also the credentials and the umask with which it is
  ///   created
  record UnixListenRequest(String path, int backlog, RunAs runAs) {}

  /// The transport protocol of a socket.
  enum Protocol {
    /// TCP. A bound socket listens immediately.
    TCP,
    /// UDP.
    UDP
  }

  /// Creates an internet socket. Fails if another process already listens on the address, with one
  /// exception: if the address is in use by a TCP socket that the daemon has lost, and all
  /// processes that listen on that socket belong to this daemon's home, the new socket is bound to
  /// the same address.
  ///
  /// @param key a name without line breaks that no open socket has
  /// @throws ListenException with the error number, such as `EADDRINUSE`; the message names the
  ///   process that uses the address
  ListenSocket open(String key, ListenRequest listenRequest) throws ListenException;

  /// Creates a unix socket. Fails if a file already exists at the path, whether or not a process
  /// listens on it.
  ///
  /// @param key a name without line breaks and tabs that no open socket has
  /// @throws ListenException with the error number
  default ListenSocket open(String key, UnixListenRequest wish) throws ListenException {
    throw new ListenException("unix sockets cannot be shared between processes on this system", 97);
  }

  /// Opens a listener for one connection on the loopback interface, on a port that the system
  /// chooses. It does not belong to an app, and the next daemon does not recover it.
  ///
  /// @param consumer receives the connection on a thread of the host; it must pass the connection
  ///   on and return immediately. Called at most once.
  /// @throws ListenException with the error number
  default SingleUseEndpoint listenOnce(Consumer<AcceptedConnection> consumer)
      throws ListenException {
    throw new ListenException("connections cannot be passed to a process on this system", 95);
  }

  /// A loopback listener for a single connection. Must be closed when the connection has arrived or
  /// is no longer expected.
  interface SingleUseEndpoint extends AutoCloseable {
    /// Returns the address to connect to, in numeric form.
    InetSocketAddress address();

    @Override
    void close();
  }

  /// Duplicates a socket on which a process listens, for the process that will replace it
  /// (`pidfd_getfd(2)`). The duplicate is not stored with the keeper: it is closed when the daemon
  /// exits, and the process keeps its own descriptor.
  ///
  /// @param key a name without line breaks that no open socket has
  /// @param process the main process of the tree that has the socket open
  /// @param inode the inode number of the socket ([TreeListener#inode])
  /// @throws ListenException if the tree does not have the socket open or the system does not
  ///   permit the duplication
  default ListenSocket duplicate(String key, ProcessIdentity process, long inode)
      throws ListenException {
    throw new ListenException("sockets cannot be shared between processes on this system", 38);
  }

  /// Recovers a socket that the daemon lost together with the keeper, from a process that still has
  /// it open (`pidfd_getfd(2)`). Afterwards it is managed like a socket created by this registry.
  /// If a socket with this key is already open, that socket is returned.
  ///
  /// @param key a name without line breaks
  /// @param process the main process of the tree that has the socket open
  /// @param inode the inode number of the socket ([TreeListener#inode]). It is not trusted, because
  ///   it may come from the process itself. The socket must be a TCP socket that this user has
  ///   created and that the tree of the process has open.
  /// @throws ListenException if the tree does not have such a socket open or the system does not
  ///   permit the duplication
  default ListenSocket recover(String key, ProcessIdentity process, long inode)
      throws ListenException {
    throw new ListenException("sockets cannot be shared between processes on this system", 38);
  }

  /// Returns the open socket with this key; empty if there is none.
  Optional<ListenSocket> find(String key);

  /// Returns all open sockets. Immediately after startup, these are the sockets recovered from the
  /// former daemon.
  List<ListenSocket> all();

  /// Thrown if a socket cannot be created or duplicated.
  final class ListenException extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /// Creates an exception for a socket that could not be created or duplicated.
    ///
    /// @param message a message for the user. If an address cannot be used, it names the address
    ///   and explains how to fix the problem.
    /// @param errno the error number, positive
    public ListenException(String message, int errno) {
      super(message);
      this.errno = errno;
    }

    /// Returns the `errno` value, as a positive number.
    public int errno() {
      return errno;
    }
  }
}
