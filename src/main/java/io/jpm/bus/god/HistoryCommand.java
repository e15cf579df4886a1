package io.jpm.bus.god;

import io.jpm.bus.BusMessage;
import java.util.Optional;

/// What the history of events can be asked; the answer is a [HistoryReply].
public sealed interface HistoryCommand extends BusMessage {
  /// Events after one number.
  ///
  /// @param sequence the number of the last event that is known already; 0: from the oldest
  /// @param app of this app only, by name
  /// @param limit how many at most, from the oldest on
  record After(long sequence, Optional<String> app, int limit) implements HistoryCommand {}

  /// The latest events.
  ///
  /// @param app of this app only, by name
  /// @param limit how many at most; the oldest of them comes first
  record Latest(Optional<String> app, int limit) implements HistoryCommand {}
}
