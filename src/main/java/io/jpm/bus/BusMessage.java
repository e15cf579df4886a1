package io.jpm.bus;

/// Supertype of all messages between verticles. Messages are immutable records; the receiver gets
/// the sender's instance, not a copy.
public interface BusMessage {}
