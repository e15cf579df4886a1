package io.jpm.bus;

import java.time.Duration;

/// Whether a room listens to [Addresses#USAGE]; as long as nobody does nothing is measured for it.
/// Sent to [Addresses#USAGE_WANTED], not answered. It is sent at every change and renewed every
/// [#RENEWAL], and is forgotten after [#LEASE], as [LinesWanted] is.
///
/// @param listener a name that stands for the room
/// @param wanted whether it listens
public record UsageWanted(String listener, boolean wanted) implements BusMessage {
  /// How often a room that listens says so.
  public static final Duration RENEWAL = LinesWanted.RENEWAL;

  /// After how long without a word a room does not listen any more.
  public static final Duration LEASE = LinesWanted.LEASE;
}
