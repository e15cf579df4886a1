package io.jpm.bus.daemon;

import io.jpm.bus.BusMessage;

/// What the bridge can be asked, on [io.jpm.bus.Addresses#BRIDGE_COMMAND].
public sealed interface BridgeCommand extends BusMessage {
  /// Who is there. Answered with a [BridgeReply].
  record Ask() implements BridgeCommand {}
}
