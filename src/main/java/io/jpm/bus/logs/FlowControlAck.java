package io.jpm.bus.logs;

import io.jpm.bus.BusMessage;

/// Asks a subscriber of lines ([LineLease]) to return this message as soon as it has processed
/// everything published so far. No more lines are published until it does: otherwise messages would
/// accumulate on the bus without limit if a subscriber is slower than the apps.
public record FlowControlAck() implements BusMessage {}
