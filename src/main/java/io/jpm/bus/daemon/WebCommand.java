package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.util.Optional;
import java.util.OptionalInt;

/// A command to the HTTP server, on [io.jpm.bus.Addresses#WEB_COMMAND]; the reply is a [WebReply].
public sealed interface WebCommand extends BusMessage {
  /// Opens the server and creates a login link. Later daemons open the server when they start. An
  /// empty parameter keeps its current value.
  ///
  /// @param host `127.0.0.1`, `::1` or `localhost`
  /// @param port the port, from 0 to 65535; 0 for any free port
  record Open(Optional<String> host, OptionalInt port) implements WebCommand {}

  /// Closes the server and ends all sessions.
  record Close() implements WebCommand {}

  /// Requests the state of the server.
  record GetStatus() implements WebCommand {}
}
