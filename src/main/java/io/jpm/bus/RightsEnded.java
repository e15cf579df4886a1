package io.jpm.bus;

/// Published when a token has ended, by hand or by its time: who came with it must go.
///
/// @param name the token's
public record RightsEnded(String name) implements BusMessage {}
