package io.jpm.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How the instances of an app share what they listen on, and are replaced without a gap.
///
/// @param enabled whether the app is in cluster mode (PM2's `exec_mode`); otherwise of what follows
///   only `drain` counts, and whether `balance` is [BalancingMode#OFF]: then a reload is a restart,
///   as in PM2, else the process hands over what it listens on where it can
/// @param balance the way, as the owner wants it
/// @param strategy which instance gets the next connection; empty: what suits the way
/// @param port the port that clients connect to (`port`), where the owner names it
/// @param listen the sockets of [BalancingMode#LISTEN_FDS], in the order in which the app finds
///   them
/// @param drain how long an instance that is being replaced may take to finish its connections
///   (`drain_timeout`) before it is asked to end
/// @param proxyProtocol whether the proxy tells the client's address
public record Cluster(
    boolean enabled,
    BalancingMode balance,
    Optional<Strategy> strategy,
    OptionalInt port,
    List<ListenAddress> listen,
    Duration drain,
    ProxyProtocol proxyProtocol) {
  /// As long as most servers let a request take.
  public static final Duration DEFAULT_DRAIN = Duration.ofSeconds(30);

  /// PM2's fork mode.
  public static final Cluster FORK =
      new Cluster(
          false,
          BalancingMode.AUTO,
          Optional.empty(),
          OptionalInt.empty(),
          List.of(),
          DEFAULT_DRAIN,
          ProxyProtocol.NONE);

  public Cluster {
    listen = List.copyOf(listen);
    if (drain.isNegative()) {
      throw new IllegalArgumentException("drain_timeout: use 0 or more");
    }
  }

  /// Cluster mode by what the program is.
  public static Cluster auto() {
    return FORK.with(true, BalancingMode.AUTO);
  }

  /// The same in another way.
  public Cluster with(boolean on, BalancingMode other) {
    return new Cluster(on, other, strategy, port, listen, drain, proxyProtocol);
  }

  /// PM2's word, as in `jlist`.
  public String execMode() {
    return enabled ? "cluster_mode" : "fork_mode";
  }
}
