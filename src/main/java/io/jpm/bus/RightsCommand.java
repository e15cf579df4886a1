package io.jpm.bus;

import io.jpm.model.Principal;
import java.time.Duration;
import java.util.Optional;

/// What the keeper of tokens can be asked; the answer is a [RightsReply], sent when the file is
/// written.
public sealed interface RightsCommand extends BusMessage {
  /// Makes a token.
  ///
  /// @param holder its name, 1 to 64 of `[A-Za-z0-9._-]`, unused and not `owner`, its role and apps
  /// @param lifetime how long it holds; empty: until it is revoked
  record Create(Principal holder, Optional<Duration> lifetime) implements RightsCommand {}

  /// Lists the tokens that hold.
  record Tokens() implements RightsCommand {}

  /// Ends a token and, by [RightsEnded], the connections that it has opened.
  ///
  /// @param name its name
  record Revoke(String name) implements RightsCommand {}

  /// Asks whose token this is.
  ///
  /// @param sha256 of the token's text, 64 hexadecimal digits in lower case
  record Prove(String sha256) implements RightsCommand {}
}
