package io.jpm.model;

import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;

/// How the instances of an app share their listening sockets, and how they are replaced without an
/// interruption.
///
/// @param enabled whether the app is in cluster mode (PM2's `exec_mode`). In fork mode, the other
///   settings have no effect, except for `drain` and [BalancingMode#OFF]. With `OFF`, a reload is a
///   restart, as in PM2; otherwise the old process hands its listening sockets over to the new one
///   if possible
/// @param balance the configured balancing mode
/// @param strategy how the instance for the next connection is selected; empty for the default of
///   the mode
/// @param port the port that clients connect to (`port`), if configured
/// @param listen the addresses of the sockets for [BalancingMode#LISTEN_FDS], in the order in which
///   the app receives the sockets
/// @param drain how long an instance that is being replaced may take to finish its connections
///   (`drain_timeout`) before it is stopped
/// @param proxyProtocol the header with which the proxy passes on the client's address
public record ClusterSettings(
    boolean enabled,
    BalancingMode balance,
    Optional<Strategy> strategy,
    OptionalInt port,
    List<ListenAddress> listen,
    Duration drain,
    ProxyProtocol proxyProtocol) {
  /// The default drain timeout, which equals the default request timeout of most servers.
  public static final Duration DEFAULT_DRAIN = Duration.ofSeconds(30);

  /// The settings of fork mode, as in PM2.
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
      throw new IllegalArgumentException("drain_timeout must not be negative");
    }
  }

  /// Returns the settings of cluster mode with [BalancingMode#AUTO].
  public static ClusterSettings auto() {
    return FORK.with(true, BalancingMode.AUTO);
  }

  /// Returns a copy with cluster mode on or off and with another balancing mode.
  public ClusterSettings with(boolean on, BalancingMode other) {
    return new ClusterSettings(on, other, strategy, port, listen, drain, proxyProtocol);
  }

  /// Returns PM2's name for the execution mode, as in `jlist`: `cluster_mode` or `fork_mode`.
  public String execMode() {
    return enabled ? "cluster_mode" : "fork_mode";
  }
}
