package io.jpm.bus.logs;

import io.jpm.bus.BusMessage;
import java.time.Duration;
import java.util.Set;

/// A subscription of one component to the lines of some apps ([io.jpm.bus.Addresses#linesOf]).
/// Lines without a subscriber are not published. Sent to [io.jpm.bus.Addresses#LINE_LEASES]. If the
/// sender expects a reply, it is answered with [FlowControlAck]: all lines printed after the reply
/// are published.
///
/// Each lease names all apps to which the component subscribes. It replaces the component's
/// previous lease, and a lease without apps ends the subscription. The component sends it whenever
/// the set of apps changes and renews it every [#RENEWAL]. It expires after [#LEASE], so a lost
/// message or a component that stops without notice has no lasting effect.
///
/// @param listener the address at which the component answers [FlowControlAck]; it identifies the
///   component
/// @param apps the names of the apps, which need not exist
public record LineLease(String listener, Set<String> apps) implements BusMessage {
  /// The interval at which a subscribed component renews its lease.
  public static final Duration RENEWAL = Duration.ofSeconds(5);

  /// The time after which a lease expires unless it is renewed.
  public static final Duration LEASE = Duration.ofSeconds(15);

  public LineLease {
    apps = Set.copyOf(apps);
  }
}
