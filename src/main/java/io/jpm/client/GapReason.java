package io.jpm.client;

/// The reason why a subscriber misses events.
public sealed interface GapReason {
  /// The daemon no longer stores the events (`history.max_size`).
  ///
  /// @param after the sequence number of the last event that the subscriber has received
  /// @param forgotten how many sequence numbers after it are lost; for a single app this includes
  ///   the events of other apps
  record Forgotten(long after, long forgotten) implements GapReason {}

  /// The home has not reached the sequence number that the subscriber asked for, because it is
  /// another home or was emptied. All events that it stores follow, with their new numbering.
  ///
  /// @param after the sequence number that the subscriber asked for
  /// @param last the greatest sequence number of the home
  record Renumbered(long after, long last) implements GapReason {}
}
