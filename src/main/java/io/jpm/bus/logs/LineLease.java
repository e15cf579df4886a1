package io.jpm.bus.logs;

import io.jpm.bus.BusMessage;
import java.time.Duration;
import java.util.Set;

/// Which apps' lines a room listens to ([io.jpm.bus.Addresses#linesOf]); what nobody wants is not
/// published. Sent to [io.jpm.bus.Addresses#LINES_WANTED]; answered with [FlowControlAck] where an
/// answer is asked for: what is printed from then on is not missed.
///
/// It says all that the room wants, so a later one replaces an earlier one, and none at all ends
/// it. It is sent at every change and renewed every [#RENEWAL], and is forgotten after [#LEASE]:
/// one that gets lost, or a room that ends without a word, does no harm for long.
///
/// @param listener the address where the room answers [FlowControlAck]; it stands for the room
/// @param apps names of apps, whether there is such an app or not
public record LineLease(String listener, Set<String> apps) implements BusMessage {
  /// How often a room that wants lines says so.
  public static final Duration RENEWAL = Duration.ofSeconds(5);

  /// After how long without a word a room wants nothing any more.
  public static final Duration LEASE = Duration.ofSeconds(15);

  public LineLease {
    apps = Set.copyOf(apps);
  }
}
