package io.jpm.os;

import io.jpm.model.RunAs;
import io.jpm.model.run.ProcessIdentity;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.function.Consumer;

/// The listening sockets of apps. They outlive the daemon: the keeper holds them, and the next
/// daemon has them back ([#all]). Methods may block for some milliseconds.
public interface ListenSockets {
  /// What to make.
  ///
  /// @param kind what comes over it
  /// @param address where to bind; an IPv6 wildcard takes IPv4 too unless `v6only`. Empty: nowhere
  ///   yet, a process does that
  /// @param ipv6 the family of one that is not bound yet
  /// @param v6only whether an IPv6 wildcard leaves IPv4 alone
  /// @param backlog how many connections may wait, at most what the system allows; 0: the system's
  ///   most
  /// @param runAs with whose rights it is bound (ports below 1024)
  record Wish(
      Kind kind,
      Optional<InetSocketAddress> address,
      boolean ipv6,
      boolean v6only,
      int backlog,
      RunAs runAs) {}

  /// A unix socket to make, for streams. It listens already.
  ///
  /// @param path absolute, of at most 107 bytes, with no file there; or a NUL and a name without a
  ///   file (`unix(7)`, abstract)
  /// @param backlog as of [Wish]
  /// @param runAs whose the file is, and with whose rights and umask it is made
  record PathWish(String path, int backlog, RunAs runAs) {}

  /// What comes over a socket.
  enum Kind {
    /// TCP connections. Bound sockets listen already.
    TCP,
    /// UDP datagrams.
    UDP
  }

  /// Makes a socket. Where somebody listens already it fails, unless all who do so are processes of
  /// this daemon's home with a TCP socket that was lost to the daemon: beside that it is bound.
  ///
  /// @param key a name that no open one has, without line breaks
  /// @throws ListenFailure with the system's name of what is wrong (`EADDRINUSE`); the message
  ///   names who has the address
  ListenSocket open(String key, Wish wish) throws ListenFailure;

  /// Makes a unix socket. Where there is a file already it fails, whether anybody listens there or
  /// not.
  ///
  /// @param key as above, without tabs
  /// @throws ListenFailure with the system's name of what is wrong
  default ListenSocket open(String key, PathWish wish) throws ListenFailure {
    throw new ListenFailure("unix sockets cannot be shared on this system", 97);
  }

  /// Waits for one connection on the loopback, at a port that the system chooses. It is no socket
  /// of an app: the next daemon does not know it.
  ///
  /// @param consumer gets the connection, on a thread of the host: must hand over and return; told
  ///   once at most
  /// @throws ListenFailure with the system's name of what is wrong
  default Entrance entrance(Consumer<Connection> consumer) throws ListenFailure {
    throw new ListenFailure("connections cannot be passed on, on this system", 95);
  }

  /// Where a single connection is waited for; to be closed by whoever has it, when the connection
  /// has come or nobody waits any more.
  interface Entrance extends AutoCloseable {
    /// Its address, numeric.
    InetSocketAddress address();

    @Override
    void close();
  }

  /// A hold on a socket that a process listens on, for the process that is to follow it
  /// (`pidfd_getfd(2)`). The keeper does not get it: should the daemon end, it is closed, and the
  /// process has it as before.
  ///
  /// @param key a name that no open one has, without line breaks
  /// @param process who has it open, itself or by a process of its tree
  /// @param inode which one ([Listening#inode])
  /// @throws ListenFailure where the process has it not, or the system does not let us have it
  default ListenSocket borrow(String key, ProcessIdentity process, long inode)
      throws ListenFailure {
    throw new ListenFailure("sockets cannot be shared on this system", 38);
  }

  /// Takes back a socket that was lost to the daemon with the keeper, from a process that still has
  /// it (`pidfd_getfd(2)`). From then on it is as one that was made here. An open one of that key
  /// is returned as it is.
  ///
  /// @param key a name without line breaks
  /// @param process whose tree has it open
  /// @param inode which one ([Listening#inode]): the process may say so itself, for nothing is
  ///   taken but what its own tree has and a daemon of this user has made for TCP
  /// @throws ListenFailure where the tree has no such socket, or the system does not let us have it
  default ListenSocket regain(String key, ProcessIdentity process, long inode)
      throws ListenFailure {
    throw new ListenFailure("sockets cannot be shared on this system", 38);
  }

  /// An open one.
  Optional<ListenSocket> find(String key);

  /// All open ones, in the beginning those of a former daemon.
  List<ListenSocket> all();

  /// Why a socket cannot be had.
  final class ListenFailure extends IOException {
    private static final long serialVersionUID = 1;

    private final int errno;

    /// @param message for people, with the address and what to mend
    /// @param errno the system's number, positive
    public ListenFailure(String message, int errno) {
      super(message);
      this.errno = errno;
    }

    /// The system's number, positive.
    public int errno() {
      return errno;
    }
  }
}
