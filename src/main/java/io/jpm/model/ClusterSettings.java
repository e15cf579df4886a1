package io.jpm.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How the instances of an app share their listening sockets, and how they are replaced without an
/// interruption.
///
/// @param enabled whether the app is in cluster mode (PM2's `exec_mode`). In fork mode, of the
///   other settings only `drain` and [BalancingMode#OFF] have an effect: with `OFF` a reload is a
///   restart, as in PM2; otherwise the process hands over its listening sockets if it can
/// @param balance the configured balancing mode
/// @param strategy which instance receives the next connection; empty: the default of the mode
/// @param port the port that clients connect to (`port`), if configured
/// @param listen the sockets of [BalancingMode#LISTEN_FDS], in the order in which the app receives
///   them
/// @param drain how long an instance that is being replaced may take to finish its connections
///   (`drain_timeout`) before it is stopped
/// @param proxyProtocol whether the proxy passes on the client's address
public record ClusterSettings(
    boolean enabled,
    BalancingMode balance,
    Optional<Strategy> strategy,
    OptionalInt port,
    List<ListenAddress> listen,
    Duration drain,
    ProxyProtocol proxyProtocol) {
  /// The default request timeout of most servers.
  public static final Duration DEFAULT_DRAIN = Duration.ofSeconds(30);

  /// PM2's fork mode.
  public static final ClusterSettings FORK =
      new ClusterSettings(
          false,
          BalancingMode.AUTO,
          Optional.empty(),
          OptionalInt.empty(),
          List.of(),
          DEFAULT_DRAIN,
          ProxyProtocol.NONE);

  public ClusterSettings {
    listen = List.copyOf(listen);
    if (drain.isNegative()) {
      throw new IllegalArgumentException("drain_timeout: use 0 or more");
    }
  }

  /// Returns the settings of cluster mode with an automatic balancing mode.
  public static ClusterSettings auto() {
    return FORK.with(true, BalancingMode.AUTO);
  }

  /// Returns a copy with another balancing mode.
  public ClusterSettings with(boolean on, BalancingMode other) {
    return new ClusterSettings(on, other, strategy, port, listen, drain, proxyProtocol);
  }

  /// Returns PM2's name of the mode, as in `jlist`.
  public String execMode() {
    return enabled ? "cluster_mode" : "fork_mode";
  }
}
