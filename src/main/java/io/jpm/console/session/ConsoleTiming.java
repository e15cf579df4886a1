package io.jpm.console.session;

import java.time.Duration;

/// Time limits and intervals of the console.
///
/// @param heartbeat the period of silence after which the client receives `{"wait":true}`; must be
///   shorter than the bridge's own timeout of 30 s
/// @param clientTimeout how long to wait for the client to request the next chunk; after that, the
///   client is considered gone
/// @param actionTimeout how long God may take to start or stop apps
/// @param shutdownTimeout how long God may take to stop all apps; after that, the daemon exits
///   anyway, and the next daemon stops the remaining apps
/// @param queryTimeout how long God and LogAggregator may take to answer a query
/// @param usageTimeout how long Satan may take to answer; after that, lists are shown without CPU
///   and memory usage
/// @param followTimeout how long LogAggregator waits for a new line
/// @param rediscovery how often `logs` checks for new instances
public record ConsoleTiming(
    Duration heartbeat,
    Duration clientTimeout,
    Duration actionTimeout,
    Duration shutdownTimeout,
    Duration queryTimeout,
    Duration usageTimeout,
    Duration followTimeout,
    Duration rediscovery) {
  public static final ConsoleTiming DEFAULT =
      new ConsoleTiming(
          Duration.ofSeconds(1),
          Duration.ofMinutes(10),
          Duration.ofMinutes(10),
          Duration.ofMinutes(2),
          Duration.ofSeconds(10),
          Duration.ofMillis(500),
          Duration.ofSeconds(9),
          Duration.ofSeconds(2));
}
