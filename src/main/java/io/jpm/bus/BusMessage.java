package io.jpm.bus;

/// Whatever verticles send each other. All are immutable records; the receiver gets the sender's
/// instance.
public interface BusMessage {}
