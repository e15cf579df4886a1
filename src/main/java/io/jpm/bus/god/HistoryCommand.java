package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import java.util.Optional;

/// A query for past events; the reply is a [HistoryReply].
public sealed interface HistoryCommand extends BusMessage {
  /// Returns the events after a sequence number.
  ///
  /// @param sequence the number of the last event that the caller knows; 0: start with the oldest
  /// @param app the name of the only app whose events are returned; empty: all apps
  /// @param limit the maximum number of events, counted from the oldest
  record After(long sequence, Optional<String> app, int limit) implements HistoryCommand {}

  /// Returns the latest events, oldest first.
  ///
  /// @param app the name of the only app whose events are returned; empty: all apps
  /// @param limit the maximum number of events
  record Latest(Optional<String> app, int limit) implements HistoryCommand {}
}
