package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.util.Optional;

/// The reply of the HTTP server to a [WebCommand].
public sealed interface WebReply extends BusMessage {
  /// The server is listening.
  ///
  /// @param url the server's address, without a trailing slash
  /// @param login the login link created by [WebCommand.Open], valid for one login within a few
  ///   minutes; empty in the replies to other commands
  record Listening(String url, Optional<String> login) implements WebReply {}

  /// The server is not listening.
  ///
  /// @param problem why the daemon could not open the server, as a sentence; empty if the server is
  ///   closed
  record NotListening(Optional<String> problem) implements WebReply {}

  /// The command failed and has changed nothing.
  ///
  /// @param problem a sentence for the user
  record Failed(String problem) implements WebReply {}
}
