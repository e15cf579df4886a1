package io.jpm.client;

/// Why events do not come that a subscriber may count on.
public sealed interface GapReason {
  /// The daemon no longer keeps them (`history.max_size`).
  ///
  /// @param after the number of the last event that the subscriber has
  /// @param forgotten how many numbers after it are lost; of one app's events too those of all apps
  record Forgotten(long after, long forgotten) implements GapReason {}

  /// The home has not reached that number: it is another one, or was emptied. All events that it
  /// keeps follow, and their numbers begin anew.
  ///
  /// @param after the number that the subscriber asked for
  /// @param last the greatest number of the home
  record Renumbered(long after, long last) implements GapReason {}
}
