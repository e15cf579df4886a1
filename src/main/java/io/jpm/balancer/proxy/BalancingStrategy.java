package io.jpm.balancer.proxy;

import io.jpm.model.Strategy;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Selects the instance for the next connection. Thread-safe.
sealed interface BalancingStrategy
    permits RoundRobinSelector, LeastConnectionsSelector, IpHashSelector {
  /// Returns the next instance.
  ///
  /// @param ready the instances that accept connections, in a stable order
  /// @param usable whether an instance is eligible for this connection
  /// @param client the client's address, 4 or 16 bytes
  /// @param now the current time, in monotonic nanoseconds
  /// @return the instance; empty if none is eligible
  <C extends BackendLoad> Optional<C> next(
      List<C> ready, Predicate<? super C> usable, byte[] client, long now);

  /// Returns a new selector. [Strategy#KERNEL] requires an accept queue in the kernel, so the proxy
  /// uses round robin instead.
  static BalancingStrategy of(Strategy strategy) {
    return switch (strategy) {
      case KERNEL, ROUND_ROBIN -> new RoundRobinSelector();
      case LEAST_CONN -> new LeastConnectionsSelector();
      case IP_HASH -> new IpHashSelector();
    };
  }
}
