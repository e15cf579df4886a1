package io.jpm.balancer;

import io.jpm.balancer.mode.BalancerBackend;
import io.vertx.core.Vertx;

/// Creates the backend of one balancing mode. Called on ClusterBalancer's context when the first
/// app needs the mode. At that time, the process host is available.
@FunctionalInterface
interface BackendFactory {
  /// Returns a new backend that reports its observations to `observer`.
  BalancerBackend make(Vertx vertx, BalancerContext balancer, BalancerBackend.Observer observer);
}
