package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;

/// A command to the bridge, on [io.jpm.bus.Addresses#BRIDGE_COMMAND].
public sealed interface BridgeCommand extends BusMessage {
  /// Requests the number of connections. Answered with a [BridgeReply].
  record GetStatus() implements BridgeCommand {}
}
