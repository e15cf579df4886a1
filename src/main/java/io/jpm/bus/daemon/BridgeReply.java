package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;

/// The number of connections to the bridge.
///
/// @param unix connections to the unix socket
/// @param tcp connections over TCP, with TLS too, including those that are not authenticated yet
public record BridgeReply(int unix, int tcp) implements BusMessage {}
