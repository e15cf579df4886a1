package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Statistics of the heartbeat.
///
/// @param interval the time between two pings
/// @param last the latency of God's latest reply; empty if God has not replied yet
/// @param worst the maximum latency in the last 10 minutes
/// @param missed the number of pings in the last 10 minutes that were not answered in time
/// @param consecutiveMisses the number of missed pings since the last reply
/// @param loops the latencies of the event loops
public record HeartbeatReply(
    Duration interval,
    Optional<Duration> last,
    Duration worst,
    int missed,
    int consecutiveMisses,
    List<Loop> loops)
    implements BusMessage {
  public HeartbeatReply {
    loops = List.copyOf(loops);
  }

  /// The latency of one event loop: how long other work delayed its timers.
  ///
  /// @param latestDelay the delay of its latest timer
  /// @param worst the maximum delay in the last 10 minutes
  public record Loop(Duration latestDelay, Duration worst) {}
}
