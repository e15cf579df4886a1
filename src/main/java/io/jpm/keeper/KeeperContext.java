package io.jpm.keeper;

import io.jpm.os.KeeperLink;
import java.nio.file.Path;
import java.util.Optional;
import java.util.function.LongSupplier;

/// What [KeeperVerticle] is given at boot.
///
/// @param links makes the link to the keeper
/// @param fifo the keeper's pipe: where there is none, no keeper has been left either
/// @param duty what the keeper is for
/// @param nanoTime monotonic time
public record KeeperContext(Links links, Path fifo, Duty duty, LongSupplier nanoTime) {
  /// Where links come from.
  public interface Links {
    /// A link, not yet opened. May block until the host is there.
    ///
    /// @param lost told, on any thread, each time a keeper is gone
    /// @return empty on systems where there is no keeper
    Optional<KeeperLink> open(Runnable lost);
  }

  /// What a keeper is for.
  public enum Duty {
    /// There is to be none; one that is there is sent away.
    NONE,
    /// It holds what must not be lost; somebody else (systemd) starts the daemon again.
    HOLD,
    /// It starts the daemon again too.
    GUARD
  }
}
