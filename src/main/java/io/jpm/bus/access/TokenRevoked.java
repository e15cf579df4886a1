package io.jpm.bus.access;

import io.jpm.bus.BusMessage;
import java.util.Optional;

/// A token holds no longer, be it revoked, rotated, expired or taken out of its file; or one secret
/// of it does, which was replaced by another some time ago.
///
/// @param name the token's
/// @param digest the SHA-256 of the one secret that holds no longer, while the token's newer one
///   does; empty: no secret by which anybody has come so far holds
public record TokenRevoked(String name, Optional<String> digest) implements BusMessage {
  /// Nothing of the token holds.
  public TokenRevoked(String name) {
    this(name, Optional.empty());
  }
}
