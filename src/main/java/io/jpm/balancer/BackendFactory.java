package io.jpm.balancer;

import io.jpm.balancer.mode.BalancerBackend;
import io.vertx.core.Vertx;

/// Makes a way of sharing when the first app needs it, on ClusterBalancer's context, when the host
/// is there.
@FunctionalInterface
interface BackendFactory {
  /// A new one, which tells `reports`.
  BalancerBackend make(Vertx vertx, BalancerContext balancer, BalancerBackend.Reports reports);
}
