package io.jpm.bus;

/// A token holds no longer, be it revoked, expired or taken out of its file.
///
/// @param name the token's
public record RightsEnded(String name) implements BusMessage {}
