package io.jpm.daemon;

import io.jpm.model.Principal;
import io.jpm.web.Tokens;
import io.vertx.core.Future;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/// The token of the home, which is its owner's.
final class HomeToken implements Tokens {
  private final byte[] token;

  HomeToken(String token) {
    this.token = token.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Future<Optional<Principal>> prove(String secret) {
    return Future.succeededFuture(
        MessageDigest.isEqual(token, secret.getBytes(StandardCharsets.UTF_8))
            ? Optional.of(Principal.OWNER)
            : Optional.empty());
  }
}
