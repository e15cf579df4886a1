package io.jpm.web;

import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.function.LongSupplier;

/// What the HTTP side is given by the daemon.
///
/// @param home the daemon's directory, where `web.json` stands
/// @param version of jpm
/// @param tokens who is let in by a token
/// @param clock wall clock, for what is shown
/// @param nanoTime monotonic time, by which links and sessions end
/// @param limits what one client may have
public record WebContext(
    Path home,
    String version,
    Tokens tokens,
    InstantSource clock,
    LongSupplier nanoTime,
    Limits limits) {
  /// What one client may have, as on the bridge.
  ///
  /// @param requestsPerSecond requests of one issued token, 1 or more
  /// @param slowPeerTimeout how long a client may take nothing of what waits for it, positive
  public record Limits(int requestsPerSecond, Duration slowPeerTimeout) {}
}
