package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;
import java.time.Duration;

/// God has answered a ping. Published on [io.jpm.bus.Addresses#PULSES].
///
/// @param took from the ping to the answer
public record HeartbeatAck(Duration took) implements BusMessage {}
