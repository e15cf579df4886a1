package io.jpm.bus.access;

import io.jpm.bus.BusMessage;
import java.util.Optional;

/// Announces that a token is no longer valid, because it was revoked, was rotated, has expired or
/// was removed from its file. With a digest, announces that only a replaced secret of the token has
/// become invalid.
///
/// @param name the token's name
/// @param digest the SHA-256 of the replaced secret, if the newer secret is still valid; empty if
///   all secrets of the token are invalid
public record TokenRevoked(String name, Optional<String> digest) implements BusMessage {
  /// Announces that the whole token is no longer valid.
  public TokenRevoked(String name) {
    this(name, Optional.empty());
  }
}
