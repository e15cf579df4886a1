package io.jpm.bus.satan;

import io.jpm.bus.BusMessage;
import io.jpm.bus.logs.LineLease;
import java.time.Duration;

/// A subscription of one component to [io.jpm.bus.Addresses#USAGE]. Usage is measured for
/// publication only while at least one subscription is active. Sent to
/// [io.jpm.bus.Addresses#USAGE_LEASES]; not answered. The component sends it whenever the
/// subscription changes and renews it every [#RENEWAL]; it expires after [#LEASE], like a
/// [LineLease].
///
/// @param listener a name that identifies the component
/// @param subscribed whether the component subscribes; false ends the subscription
public record UsageLease(String listener, boolean subscribed) implements BusMessage {
  /// The interval at which a subscribed component renews its subscription.
  public static final Duration RENEWAL = LineLease.RENEWAL;

  /// The time after which a subscription expires unless it is renewed.
  public static final Duration LEASE = LineLease.LEASE;
}
