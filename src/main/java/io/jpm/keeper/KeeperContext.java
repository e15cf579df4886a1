package io.jpm.keeper;

import io.jpm.os.KeeperClient;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Dependencies of [KeeperVerticle].
///
/// @param clients creates the link to the keeper
/// @param fifo the named pipe of the keeper. If it does not exist, no earlier daemon has left a
///   keeper running.
/// @param duty the task of the keeper
/// @param nanoTime the monotonic clock
public record KeeperContext(
    KeeperClientFactory clients, Path fifo, Duty duty, LongSupplier nanoTime) {
  /// Creates links to the keeper.
  public interface KeeperClientFactory {
    /// Returns a link that is not yet connected. May block until the host is available.
    ///
    /// @param lost called, on any thread, each time a keeper has exited
    /// @return the link; empty on systems that do not support a keeper
    Optional<KeeperClient> open(Runnable lost);
  }

  /// The task of the keeper.
  public enum Duty {
    /// No keeper may run; an existing one is told to quit.
    NONE,
    /// The keeper holds the log pipes; another program (systemd) restarts the daemon.
    HOLD,
    /// The keeper also restarts the daemon.
    GUARD
  }
}
