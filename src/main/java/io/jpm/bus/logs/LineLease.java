package io.jpm.bus.logs;

import io.jpm.bus.BusMessage;
import java.time.Duration;
import java.util.Set;

/// A subscription of one component to the lines of some apps ([io.jpm.bus.Addresses#linesOf]).
/// Lines without a subscriber are not published. Sent to [io.jpm.bus.Addresses#LINE_LEASES], and
/// answered with [FlowControlAck] if the sender expects a reply: all lines printed after it are
/// published.
///
/// Each lease names all apps that the component subscribes to. It replaces the former lease of the
/// component, and one without apps ends it. The component sends it at every change and renews it
/// every [#RENEWAL]; it expires after [#LEASE], so that a lost message or a component that ends
/// silently has no lasting effect.
///
/// @param listener the address at which the component answers [FlowControlAck]; it identifies the
///   component
/// @param apps names of apps, which need not exist
public record LineLease(String listener, Set<String> apps) implements BusMessage {
  /// The interval at which a subscribed component renews its lease.
  public static final Duration RENEWAL = Duration.ofSeconds(5);

  /// The time after which a lease expires unless it is renewed.
  public static final Duration LEASE = Duration.ofSeconds(15);

  public LineLease {
    apps = Set.copyOf(apps);
  }
}
