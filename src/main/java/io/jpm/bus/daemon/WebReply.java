package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.util.Optional;

/// The HTTP side's answer to a [WebCommand].
public sealed interface WebReply extends BusMessage {
  /// It listens.
  ///
  /// @param url where, without a slash at the end
  /// @param login for [WebCommand.Open], a link by which one browser can log in once, within
  ///   minutes
  record Listening(String url, Optional<String> login) implements WebReply {}

  /// Nothing listens.
  ///
  /// @param problem why not, although it was asked to: a sentence; empty: nobody has asked
  record Silent(Optional<String> problem) implements WebReply {}

  /// What was asked for cannot be done, and all is as it was before.
  ///
  /// @param problem a sentence for the user
  record Failed(String problem) implements WebReply {}
}
