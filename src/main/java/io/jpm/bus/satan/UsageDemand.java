package io.jpm.bus.satan;

import io.jpm.bus.BusMessage;
import io.jpm.bus.logs.LineLease;
import java.time.Duration;

/// Whether a room listens to [io.jpm.bus.Addresses#USAGE]; as long as nobody does nothing is
/// measured for it. Sent to [io.jpm.bus.Addresses#USAGE_WANTED], not answered. It is sent at every
/// change and renewed every [#RENEWAL], and is forgotten after [#LEASE], as [LineLease] is.
///
/// @param listener a name that stands for the room
/// @param wanted whether it listens
public record UsageDemand(String listener, boolean wanted) implements BusMessage {
  /// How often a room that listens says so.
  public static final Duration RENEWAL = LineLease.RENEWAL;

  /// After how long without a word a room does not listen any more.
  public static final Duration LEASE = LineLease.LEASE;
}
