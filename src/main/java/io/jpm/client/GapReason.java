package io.jpm.client;

/// The reason why a subscriber has missed events.
public sealed interface GapReason {
  /// The daemon no longer stores the missed events, because the size of its history is limited
  /// (`history.max_size`).
  ///
  /// @param after the sequence number of the last event that the subscriber received
  /// @param forgotten how many of the following sequence numbers are lost; in a subscription to a
  ///   single app, this includes the events of other apps
  record Forgotten(long after, long forgotten) implements GapReason {}

  /// The home has never reached the sequence number that the subscriber requested, because it is a
  /// different home or has been emptied. All events stored in this home follow, with new numbers.
  ///
  /// @param after the sequence number that the subscriber requested
  /// @param last the greatest sequence number in the home
  record Renumbered(long after, long last) implements GapReason {}
}
