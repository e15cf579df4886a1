package io.jpm.bus.access;

import io.jpm.bus.BusMessage;
import io.jpm.model.access.Principal;
import java.util.List;

/// The reply to an [AccessCommand].
public sealed interface AccessReply extends BusMessage {
  /// A token was created or its secret was replaced, and the change was written to the disk.
  ///
  /// @param secret the secret, which the daemon does not store
  record Created(IssuedToken token, String secret) implements AccessReply {
    /// Omits the secret.
    @Override
    public String toString() {
      return "Created[" + token + "]";
    }
  }

  /// A token was revoked.
  record Revoked(IssuedToken token) implements AccessReply {}

  /// All valid tokens, sorted by name.
  record Tokens(List<IssuedToken> tokens) implements AccessReply {
    public Tokens {
      tokens = List.copyOf(tokens);
    }
  }

  /// The secret belongs to a valid token.
  record Authenticated(Principal principal) implements AccessReply {}

  /// The command was refused and has changed nothing.
  ///
  /// @param reason a sentence for the user
  record Refused(String reason) implements AccessReply {}
}
