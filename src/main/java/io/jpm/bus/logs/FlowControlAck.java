package io.jpm.bus.logs;

import io.jpm.bus.BusMessage;

/// Flow control between LogAggregator and a subscriber to log lines ([LineLease]). The subscriber
/// returns this message as soon as it has processed everything published before it. LogAggregator
/// publishes no more lines until then, because messages for a slow subscriber would otherwise
/// accumulate on the bus without limit.
public record FlowControlAck() implements BusMessage {}
