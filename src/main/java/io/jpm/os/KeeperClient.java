package io.jpm.os;

import io.jpm.model.process.ProcessIdentity;
import java.io.IOException;

/// The daemon's client for its keeper (`bin/jpm-keeper`), a small process that outlives the daemon.
/// The keeper holds descriptors that must not be lost while no daemon is running, and restarts the
/// daemon if it dies.
///
/// The methods may block for some milliseconds and must not be called on an event loop. They are
/// thread-safe.
public interface KeeperClient extends AutoCloseable {
  /// Connects to the keeper of a former daemon and recovers the listening sockets and the pidfds
  /// ([ProcessHost#exitOf]) that it holds.
  ///
  /// @return whether a keeper is running
  boolean attach();

  /// Starts a keeper. Must not be called while one is running. The keeper does nothing until it
  /// receives an instruction.
  ///
  /// @throws IOException with a message for the user if the keeper cannot be started
  void start() throws IOException;

  /// Sends an instruction to the keeper. Instructions are delivered in order. Does nothing if no
  /// keeper is running.
  void send(KeeperInstruction order);

  /// Stores `process` with the keeper so that the next daemon can determine how the process exited
  /// ([ProcessHost#exitOf]), if the kernel still reports it.
  void storeProcess(ProcessIdentity process);

  /// Waits up to one second for the keeper to receive all instructions, then disconnects.
  /// Afterwards an exit of the keeper is no longer reported.
  @Override
  void close();
}
