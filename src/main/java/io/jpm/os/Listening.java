package io.jpm.os;

import java.net.InetSocketAddress;
import java.util.Set;

/// A socket that a process tree listens on.
///
/// @param address where
/// @param inode the kernel's number of it ([ListenSocket#inode])
/// @param accepting whether a process of the tree waits for connections on it: in `accept(2)`,
///   `poll(2)` or `select(2)`, or with an `epoll(7)` that has it. False also where the system does
///   not show that.
/// @param own whether the main process has it open itself
/// @param programs the file names of the programs that have it open
public record Listening(
    InetSocketAddress address, long inode, boolean accepting, boolean own, Set<String> programs) {
  /// Of the main process, whose program is not known.
  public Listening(InetSocketAddress address, long inode, boolean accepting) {
    this(address, inode, accepting, true, Set.of());
  }

  public Listening {
    programs = Set.copyOf(programs);
  }
}
