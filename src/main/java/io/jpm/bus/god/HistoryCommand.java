package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import java.util.Optional;

/// A query for past events; the reply is a [HistoryReply].
public sealed interface HistoryCommand extends BusMessage {
  /// Requests the events after a sequence number.
  ///
  /// @param sequence the number of the last event that the caller knows; 0 to start with the oldest
  /// @param app the name of the only app whose events are returned; empty for all apps
  /// @param limit the maximum number of events; if there are more, the oldest are returned
  record After(long sequence, Optional<String> app, int limit) implements HistoryCommand {}

  /// Requests the latest events, oldest first.
  ///
  /// @param app the name of the only app whose events are returned; empty for all apps
  /// @param limit the maximum number of events
  record Latest(Optional<String> app, int limit) implements HistoryCommand {}
}
