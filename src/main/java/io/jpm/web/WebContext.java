package io.jpm.web;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// The properties, clocks and limits that the daemon passes to the HTTP server.
///
/// @param home the daemon's home directory, which contains `web.json`
/// @param version the version of jpm
/// @param tokens authenticates tokens
/// @param clock the wall clock, for displayed times
/// @param nanoTime a monotonic clock, which determines when links and sessions expire
/// @param limits the limits per client
public record WebContext(
    Path home,
    String version,
    Tokens tokens,
    InstantSource clock,
    LongSupplier nanoTime,
    Limits limits) {
  /// The limits per client, which are the same as on the bridge.
  ///
  /// @param requestsPerSecond the maximum request rate per issued token, at least 1
  /// @param slowPeerTimeout how long a client may leave all of its pending data unread; must be
  ///   positive
  public record Limits(int requestsPerSecond, Duration slowPeerTimeout) {}
}
