package io.jpm.os;

import io.jpm.model.run.ProcessIdentity;
import java.io.IOException;

/// The daemon's side of its keeper, the small process that outlives it (`bin/jpm-keeper`): it holds
/// what must not be lost while no daemon is there, and starts the daemon again.
///
/// The methods may block for some milliseconds: never call them on an event loop. They are safe to
/// call from several threads.
public interface KeeperLink extends AutoCloseable {
  /// Takes up the keeper that a former daemon has left, and what that knew of processes
  /// ([ProcessHost#exitOf]).
  ///
  /// @return whether there is one
  boolean reach();

  /// Makes a keeper; there must be none. It rests until it is told more.
  ///
  /// @throws IOException when that is not possible, with a sentence for the user
  void start() throws IOException;

  /// Tells the keeper, after all that it was told before; where there is none nothing happens.
  void tell(KeeperOrder order);

  /// Lets the next daemon know how this process ends ([ProcessHost#exitOf]), as far as the kernel
  /// allows.
  void remember(ProcessIdentity process);

  /// Waits until the keeper has been told everything, a second at most, then leaves it alone. The
  /// news of its end does not come any more.
  @Override
  void close();
}
