package io.jpm.bus;

import io.jpm.model.Principal;
import java.util.List;

/// Rights' answer to a [RightsCommand].
public sealed interface RightsReply extends BusMessage {
  /// A token was made; it is on the disk.
  ///
  /// @param secret what its holder shows; kept nowhere
  record Created(IssuedToken token, String secret) implements RightsReply {
    /// Everything but the secret.
    @Override
    public String toString() {
      return "Created[" + token + "]";
    }
  }

  /// A token holds no longer.
  record Revoked(IssuedToken token) implements RightsReply {}

  /// The tokens that hold, by name.
  record Tokens(List<IssuedToken> tokens) implements RightsReply {
    public Tokens {
      tokens = List.copyOf(tokens);
    }
  }

  /// The secret is that of a token that holds.
  record Proved(Principal who) implements RightsReply {}

  /// Nothing was done.
  ///
  /// @param why a sentence for the user
  record Refused(String why) implements RightsReply {}
}
