package io.jpm.web;

import io.jpm.model.access.Principal;
import io.vertx.core.Future;
import java.util.Optional;

/// Authenticates tokens. The duration of a check reveals nothing about how much of a secret is
/// correct.
public interface Tokens {
  /// Returns the principal to whom a secret belongs.
  ///
  /// @param secret the text after `Authorization: Bearer`
  /// @return the principal; empty if the token is unknown or no longer valid
  Future<Optional<Principal>> authenticate(String secret);
}
