package io.jpm.os;

import java.net.InetSocketAddress;
import java.util.Set;

/// A socket that a process tree listens on.
///
/// @param address its local address
/// @param inode its inode number ([ListenSocket#inode])
/// @param accepting whether a process of the tree waits for connections on it: in `accept(2)`,
///   `poll(2)` or `select(2)`, or with an `epoll(7)` that contains it. False also if the system
///   does not show this.
/// @param heldByMain whether the main process itself has it open
/// @param programs the file names of the programs that have it open
public record TreeListener(
    InetSocketAddress address,
    long inode,
    boolean accepting,
    boolean heldByMain,
    Set<String> programs) {
  /// Creates the description of a socket of the main process, whose program is not known.
  public TreeListener(InetSocketAddress address, long inode, boolean accepting) {
    this(address, inode, accepting, true, Set.of());
  }

  public TreeListener {
    programs = Set.copyOf(programs);
  }
}
