package io.jpm.keeper;

import io.jpm.os.KeeperClient;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Dependencies of [KeeperVerticle].
///
/// @param clients creates the client of the keeper
/// @param fifo the named pipe of the keeper. If it does not exist, no earlier daemon has left a
///   keeper running.
/// @param duty the configured task of the keeper
/// @param nanoTime the monotonic clock
public record KeeperContext(
    KeeperClientFactory clients, Path fifo, Duty duty, LongSupplier nanoTime) {
  /// Creates clients of the keeper.
  public interface KeeperClientFactory {
    /// Returns a client that is not connected yet. May block until the process host is available.
    ///
    /// @param lost called each time a keeper has exited, on any thread
    /// @return the client; empty on systems that do not support a keeper
    Optional<KeeperClient> open(Runnable lost);
  }

  /// The task of the keeper.
  public enum Duty {
    /// No keeper may run. A running keeper is instructed to exit.
    NONE,
    /// The keeper holds the log pipes open. Another program, such as systemd, restarts the daemon.
    HOLD,
    /// The keeper holds the log pipes open and restarts the daemon.
    GUARD
  }
}
