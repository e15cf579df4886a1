package io.jpm.bridge;

import java.util.Set;

/// Asks the kernel which TCP clients on this machine belong to the daemon's user, before they have
/// presented a token.
@FunctionalInterface
public interface PeerCredentials {
  /// Recognizes no client.
  PeerCredentials UNKNOWN = _ -> Set.of();

  /// Returns the client ports of the local TCP connections to `port` that belong to the daemon's
  /// own user. May block.
  ///
  /// @return the ports; empty if the kernel does not provide this information
  Set<Integer> ownersPorts(int port);
}
