package io.jpm.daemon;

import io.jpm.bus.Addresses;
import io.jpm.bus.access.AccessCommand.Authenticate;
import io.jpm.bus.access.AccessReply;
import io.jpm.model.access.Principal;
import io.jpm.web.Tokens;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.Message;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Optional;

/// Authenticates tokens: the token of the home, which identifies the owner, and tokens issued by
/// `jpm token create`.
final class TokenAuthenticator implements Tokens {
  private final Vertx vertx;
  private final byte[] ofHome;

  TokenAuthenticator(Vertx vertx, String ofHome) {
    this.vertx = vertx;
    this.ofHome = ofHome.getBytes(StandardCharsets.UTF_8);
  }

  @Override
  public Future<Optional<Principal>> authenticate(String secret) {
    if (MessageDigest.isEqual(ofHome, secret.getBytes(StandardCharsets.UTF_8))) {
      return Future.succeededFuture(Optional.of(Principal.OWNER));
    }
    return Authenticate.of(secret)
        .map(this::ask)
        .orElseGet(() -> Future.succeededFuture(Optional.empty()));
  }

  private Future<Optional<Principal>> ask(Authenticate question) {
    return vertx
        .eventBus()
        .<AccessReply>request(Addresses.ACCESS_COMMAND, question)
        .map(Message::body)
        .map(reply ->
            reply instanceof AccessReply.Authenticated(Principal who)
                ? Optional.of(who)
                : Optional.empty());
  }
}
