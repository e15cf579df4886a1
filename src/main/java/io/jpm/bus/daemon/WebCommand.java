package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.util.Optional;
import java.util.OptionalInt;

/// What the HTTP side can be asked, on [io.jpm.bus.Addresses#WEB_COMMAND]; the answer is a
/// [WebReply].
public sealed interface WebCommand extends BusMessage {
  /// Listen from now on, also in the daemons to come, and make a link to log in by. What is not
  /// said stays as it is.
  ///
  /// @param host `127.0.0.1`, `::1` or `localhost`
  /// @param port from 0 to 65535; 0: any free one
  record Open(Optional<String> host, OptionalInt port) implements WebCommand {}

  /// Listen no more, and end all sessions.
  record Close() implements WebCommand {}

  /// How it is.
  record Ask() implements WebCommand {}
}
