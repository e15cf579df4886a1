package io.jpm.keeper;

import io.jpm.os.KeeperClient;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;

/// Dependencies of [KeeperVerticle], given at boot.
///
/// @param clients creates the link to the keeper
/// @param fifo the keeper's pipe; if it does not exist, an earlier daemon did not leave a keeper
/// @param duty the task of the keeper
/// @param nanoTime monotonic time
public record KeeperContext(
    KeeperClientFactory clients, Path fifo, Duty duty, LongSupplier nanoTime) {
  /// Creates links to the keeper.
  public interface KeeperClientFactory {
    /// Returns a link that is not yet connected. May block until the host is available.
    ///
    /// @param lost called, on any thread, each time a keeper has ended
    /// @return empty on systems that do not support a keeper
    Optional<KeeperClient> open(Runnable lost);
  }

  /// The task of the keeper.
  public enum Duty {
    /// There must be no keeper; an existing one is told to quit.
    NONE,
    /// The keeper holds log pipes; another program (systemd) restarts the daemon.
    HOLD,
    /// The keeper also restarts the daemon.
    GUARD
  }
}
