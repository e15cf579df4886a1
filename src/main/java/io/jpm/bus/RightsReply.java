package io.jpm.bus;

import io.jpm.model.Principal;
import java.util.List;

/// The answer to a [RightsCommand].
public sealed interface RightsReply extends BusMessage {
  /// A token was made.
  ///
  /// @param secret its text, which is kept nowhere: 64 hexadecimal digits
  /// @param token what is known of it
  record Created(String secret, IssuedToken token) implements RightsReply {
    /// Without the secret.
    @Override
    public String toString() {
      return "Created[" + token + "]";
    }
  }

  /// The tokens that hold, by name.
  record Tokens(List<IssuedToken> tokens) implements RightsReply {
    public Tokens {
      tokens = List.copyOf(tokens);
    }
  }

  /// It has ended.
  record Revoked() implements RightsReply {}

  /// The token is good.
  record Proven(Principal holder) implements RightsReply {}

  /// It was not done.
  ///
  /// @param problem one sentence
  record Refused(String problem) implements RightsReply {}
}
