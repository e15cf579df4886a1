package io.jpm.bus.logs;

import io.jpm.bus.BusMessage;

/// Asks a subscriber of lines ([LineLease]) for the same message in reply, as soon as it has
/// processed everything published so far. More lines are published only then: otherwise messages
/// would pile up on the bus without limit if a subscriber is slower than the apps.
public record FlowControlAck() implements BusMessage {}
