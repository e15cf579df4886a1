package io.jpm.balancer.proxy;

import io.jpm.model.Strategy;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;

/// Who gets the next connection. May be asked by several threads at a time.
sealed interface BalancingStrategy permits RoundRobin, LeastConn, IpHash {
  /// The next one.
  ///
  /// @param ready those that take connections, in an order that stays the same
  /// @param usable which of them come into question for this connection
  /// @param client the client's address, 4 or 16 bytes
  /// @param now monotonic nanoseconds
  /// @return empty when none is usable
  <C extends BackendLoad> Optional<C> next(
      List<C> ready, Predicate<? super C> usable, byte[] client, long now);

  /// A fresh one. What only a kernel's queue can do becomes taking turns.
  static BalancingStrategy of(Strategy strategy) {
    return switch (strategy) {
      case KERNEL, ROUND_ROBIN -> new RoundRobin();
      case LEAST_CONN -> new LeastConn();
      case IP_HASH -> new IpHash();
    };
  }
}
