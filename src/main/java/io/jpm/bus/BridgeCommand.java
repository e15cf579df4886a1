package io.jpm.bus;

/// What the bridge can be asked, on [Addresses#BRIDGE_COMMAND].
public sealed interface BridgeCommand extends BusMessage {
  /// Who is there. Answered with a [BridgeReply].
  record Ask() implements BridgeCommand {}
}
