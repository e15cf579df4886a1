package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.time.Duration;
import java.util.List;
import java.util.Optional;

/// How the daemon's heart beats.
///
/// @param interval the time between two pings
/// @param last how long God's latest answer took; empty: there was none yet
/// @param worst the longest answer of the last 10 minutes
/// @param missed how many pings of the last 10 minutes had no answer in time
/// @param missing how many of these are the latest ones, without an answer since
/// @param loops the event loops
public record HeartbeatReply(
    Duration interval,
    Optional<Duration> last,
    Duration worst,
    int missed,
    int missing,
    List<Loop> loops)
    implements BusMessage {
  public HeartbeatReply {
    loops = List.copyOf(loops);
  }

  /// How punctual one event loop is: something has kept it from its work for so long.
  ///
  /// @param late how late it came to its latest timer
  /// @param worst the same at its worst in the last 10 minutes
  public record Loop(Duration late, Duration worst) {}
}
