package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;

/// The number of connections to the bridge.
///
/// @param unix the number of connections to the Unix socket
/// @param tcp the number of TCP connections, including those with TLS and those that are not
///   authenticated yet
public record BridgeReply(int unix, int tcp) implements BusMessage {}
