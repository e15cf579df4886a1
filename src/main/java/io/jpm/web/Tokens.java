package io.jpm.web;

import io.jpm.model.access.Principal;
import io.vertx.core.Future;
import java.util.Optional;

/// Tells who has a secret. What it takes tells nothing about how much of a secret is right.
public interface Tokens {
  /// Looks whose the secret is.
  ///
  /// @param secret what stood behind `Authorization: Bearer`
  /// @return who that is; empty: nobody, or a token that holds no more
  Future<Optional<Principal>> prove(String secret);
}
