package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.util.Optional;

/// The reply of the HTTP server to a [WebCommand].
public sealed interface WebReply extends BusMessage {
  /// The server is listening.
  ///
  /// @param url the server's address, without a trailing slash
  /// @param login for [WebCommand.Open]: a link with which one browser can log in once, valid for
  ///   some minutes
  record Listening(String url, Optional<String> login) implements WebReply {}

  /// The server is not listening.
  ///
  /// @param problem why it is not listening although it was opened, as a sentence; empty: it was
  ///   not opened
  record NotListening(Optional<String> problem) implements WebReply {}

  /// The command failed and has changed nothing.
  ///
  /// @param problem a sentence for the user
  record Failed(String problem) implements WebReply {}
}
