package io.jpm.balancer;

import io.jpm.balancer.way.Sharing;
import io.vertx.core.Vertx;

/// Makes a way of sharing when the first app needs it, on ClusterBalancer's context, when the host
/// is there.
@FunctionalInterface
interface SharingFactory {
  /// A new one, which tells `reports`.
  Sharing make(Vertx vertx, BalancerContext balancer, Sharing.Reports reports);
}
