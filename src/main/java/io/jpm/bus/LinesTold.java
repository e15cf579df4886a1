package io.jpm.bus;

/// Asks a room that listens to lines ([LinesWanted]) to answer with the same once it has worked
/// through what was published before. More is published only then: what waits on the bus would grow
/// without bound for a room that is slower than the apps.
public record LinesTold() implements BusMessage {}
