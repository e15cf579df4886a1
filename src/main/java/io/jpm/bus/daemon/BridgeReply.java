package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;

/// How many are connected to the bridge.
///
/// @param unix by the unix socket
/// @param tcp by TCP, with TLS too, also those that have not shown a token yet
public record BridgeReply(int unix, int tcp) implements BusMessage {}
