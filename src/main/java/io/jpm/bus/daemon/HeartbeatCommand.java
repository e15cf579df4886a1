package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.time.Duration;

/// What the heartbeat can be asked, on [io.jpm.bus.Addresses#HEARTBEAT_COMMAND].
public sealed interface HeartbeatCommand extends BusMessage {
  /// How it goes. Answered with a [HeartbeatReply].
  record Ask() implements HeartbeatCommand {}

  /// Ping in this rhythm from now on. Not answered.
  ///
  /// @param interval 1 s or more
  record Pace(Duration interval) implements HeartbeatCommand {}
}
