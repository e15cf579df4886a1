package io.jpm.bus.access;

import io.jpm.bus.BusMessage;
import io.jpm.model.access.Principal;
import java.util.List;

/// Rights' answer to a [AccessCommand].
public sealed interface AccessReply extends BusMessage {
  /// A token was made, or has another secret; it is on the disk.
  ///
  /// @param secret what its holder shows; kept nowhere
  record Created(IssuedToken token, String secret) implements AccessReply {
    /// Everything but the secret.
    @Override
    public String toString() {
      return "Created[" + token + "]";
    }
  }

  /// A token holds no longer.
  record Revoked(IssuedToken token) implements AccessReply {}

  /// The tokens that hold, by name.
  record Tokens(List<IssuedToken> tokens) implements AccessReply {
    public Tokens {
      tokens = List.copyOf(tokens);
    }
  }

  /// The secret is that of a token that holds.
  record Proved(Principal who) implements AccessReply {}

  /// Nothing was done.
  ///
  /// @param why a sentence for the user
  record Refused(String why) implements AccessReply {}
}
