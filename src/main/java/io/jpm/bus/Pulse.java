package io.jpm.bus;

import java.time.Duration;

/// God has answered a ping. Published on [Addresses#PULSES].
///
/// @param took from the ping to the answer
public record Pulse(Duration took) implements BusMessage {}
