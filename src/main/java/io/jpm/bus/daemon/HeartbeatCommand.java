package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.time.Duration;

/// A command to the heartbeat, on [io.jpm.bus.Addresses#HEARTBEAT_COMMAND].
public sealed interface HeartbeatCommand extends BusMessage {
  /// Requests the statistics of the heartbeat. Answered with a [HeartbeatReply].
  record GetStatus() implements HeartbeatCommand {}

  /// Sets the ping interval. Not answered.
  ///
  /// @param interval 1 s or more
  record SetInterval(Duration interval) implements HeartbeatCommand {}
}
