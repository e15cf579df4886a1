package io.jpm.bridge;

import java.util.Set;

/// Determines which local TCP clients belong to the daemon's user before they have presented a
/// token. The kernel provides this information.
@FunctionalInterface
public interface PeerCredentials {
  /// An implementation that recognizes no client as the owner's.
  PeerCredentials UNKNOWN = _ -> Set.of();

  /// Returns the client ports of the local TCP connections to `port` that belong to the daemon's
  /// own user. May block.
  ///
  /// @return the ports; empty if the kernel does not provide this information
  Set<Integer> ownersPorts(int port);
}
