package io.jpm.os;

import io.jpm.model.process.ProcessIdentity;
import java.io.IOException;

/// The daemon's interface to its keeper (`bin/jpm-keeper`), a small process that outlives the
/// daemon. The keeper holds descriptors that must not be lost while no daemon is running, and
/// restarts the daemon.
///
/// The methods may block for some milliseconds and must not be called on an event loop. They are
/// safe to call from several threads.
public interface KeeperClient extends AutoCloseable {
  /// Connects to the keeper of a former daemon and recovers what it stored about processes
  /// ([ProcessHost#exitOf]).
  ///
  /// @return whether there is a keeper
  boolean attach();

  /// Starts a keeper; none may be running. The keeper stays passive until it receives an
  /// instruction.
  ///
  /// @throws IOException with a message for the user if the keeper cannot be started
  void start() throws IOException;

  /// Sends an instruction to the keeper; instructions are delivered in order. Does nothing if there
  /// is no keeper.
  void send(KeeperInstruction order);

  /// Stores `process` with the keeper, so that the next daemon can learn how it ended
  /// ([ProcessHost#exitOf]), as far as the kernel allows.
  void storeProcess(ProcessIdentity process);

  /// Waits up to one second until the keeper has received all instructions, then disconnects. The
  /// loss of the keeper is no longer reported afterwards.
  @Override
  void close();
}
