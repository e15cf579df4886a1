package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.time.Duration;

/// Reports that God has answered a ping. Published on [io.jpm.bus.Addresses#HEARTBEAT_ACKS].
///
/// @param latency the time from the ping to the reply
public record HeartbeatAck(Duration latency) implements BusMessage {}
