package io.jpm.console.session;

import java.time.Duration;

/// Time limits and intervals of the console.
///
/// @param heartbeat silence after which the client receives `{"wait":true}`; must be shorter than
///   the bridge's own timeout of 30 s
/// @param clientPatience how long to wait until the client asks for the next chunk; after that it
///   is considered gone
/// @param actions how long God may take to start or stop apps
/// @param ending how long God may take to end everything; after that the daemon exits nevertheless,
///   and the next one continues
/// @param questions how long God and LogAggregator may take to answer a query
/// @param loads how long Satan may take before lists are shown without CPU and memory usage
/// @param followPatience how long LogAggregator waits for a new line
/// @param rediscovery how often `logs` looks for new instances
public record ConsoleTiming(
    Duration heartbeat,
    Duration clientPatience,
    Duration actions,
    Duration ending,
    Duration questions,
    Duration loads,
    Duration followPatience,
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
