package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// Statistics of the heartbeat.
///
/// @param interval the time between two pings
/// @param last how long God's latest answer took; empty: there was none yet
/// @param worst the slowest answer of the last 10 minutes
/// @param missed the number of pings in the last 10 minutes without an answer in time
/// @param consecutiveMisses the number of latest pings without any answer since
/// @param loops the event loops
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

  /// The latency of one event loop: how long other work kept it from its timers.
  ///
  /// @param late how late it ran its latest timer
  /// @param worst the greatest delay of the last 10 minutes
  public record Loop(Duration late, Duration worst) {}
}
