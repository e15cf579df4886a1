package io.jpm.bridge;

import java.util.Set;

/// Asks the kernel whose the clients on this machine are, which have not said it yet.
@FunctionalInterface
public interface PeerCredentials {
  /// Knows nobody.
  PeerCredentials UNKNOWN = _ -> Set.of();

  /// The ports of TCP clients that are connected to this port of this machine and belong to the
  /// daemon's own user. May block.
  ///
  /// @return empty also where the kernel does not tell
  Set<Integer> ownersPorts(int port);
}
