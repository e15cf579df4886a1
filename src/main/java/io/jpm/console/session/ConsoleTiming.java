package io.jpm.console.session;

import java.time.Duration;

/// How long the console waits for whom.
///
/// @param heartbeat silence after which the client hears `{"wait":true}`; its bridge gives up after
///   30 s
/// @param clientPatience a client that has not asked for the next chunk after this is forgotten
/// @param actions how long God may take to start or stop apps
/// @param ending how long God may take to end everything before the daemon ends all the same; the
///   next one goes on with it
/// @param questions how long God and LogAggregator may take to show what is
/// @param loads how long Satan may take before lists go without loads
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
