package io.jpm.web;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// Facts, clocks and limits that the HTTP server receives from the daemon.
///
/// @param home the daemon's home directory, which contains `web.json`
/// @param version the version of jpm
/// @param tokens authenticates tokens
/// @param clock wall clock, for displayed times
/// @param nanoTime monotonic clock, which determines the end of links and sessions
/// @param limits limits of one client
public record WebContext(
    Path home,
    String version,
    Tokens tokens,
    InstantSource clock,
    LongSupplier nanoTime,
    Limits limits) {
  /// Limits of one client, the same as on the bridge.
  ///
  /// @param requestsPerSecond requests of one issued token, 1 or more
  /// @param slowPeerTimeout how long a client may read none of its pending data, positive
  public record Limits(int requestsPerSecond, Duration slowPeerTimeout) {}
}
