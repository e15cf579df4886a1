package io.jpm.os;

import java.net.InetSocketAddress;
import java.util.Set;

/// A socket on which a process tree listens.
///
/// @param address the local address
/// @param inode the inode number ([ListenSocket#inode])
/// @param accepting whether a process of the tree is waiting for connections on it, in `accept(2)`,
///   `poll(2)` or `select(2)`, or with an `epoll(7)` instance that contains it. Also false if the
///   system does not report this.
/// @param heldByMain whether the main process itself has it open
/// @param programs the file names of the programs that have it open
public record TreeListener(
    InetSocketAddress address,
    long inode,
    boolean accepting,
    boolean heldByMain,
    Set<String> programs) {
  /// Creates a listener that the main process has open, without the names of the programs.
  public TreeListener(InetSocketAddress address, long inode, boolean accepting) {
    this(address, inode, accepting, true, Set.of());
  }

  public TreeListener {
    programs = Set.copyOf(programs);
  }
}
