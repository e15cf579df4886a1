package io.jpm.bus.logs;

import io.jpm.bus.BusMessage;

/// Asks a room that listens to lines ([LineLease]) to answer with the same once it has worked
/// through what was published before. More is published only then: what waits on the bus would grow
/// without bound for a room that is slower than the apps.
public record FlowControlAck() implements BusMessage {}
