package io.jpm.balancer;

import io.jpm.balancer.activation.ActivationBackend;
import io.jpm.balancer.jvm.JvmBackend;
import io.jpm.balancer.node.NodeBackend;
import io.jpm.balancer.proxy.ProxyBackend;
import io.jpm.model.BalancingMode;
import java.util.Map;

/// The factories of all balancing modes.
final class BalancerBackends {
  /// The factory of each mode; [BalancingMode#OFF] needs none.
  static final Map<BalancingMode, BackendFactory> ALL =
      Map.of(
          BalancingMode.NODE,
          (vertx, balancer, reports) ->
              new NodeBackend(vertx, balancer.host(), balancer.nodePreload(), reports),
          BalancingMode.LISTEN_FDS,
          (vertx, balancer, reports) -> new ActivationBackend(vertx, balancer.host(), reports),
          BalancingMode.JVM,
          (vertx, balancer, reports) ->
              new JvmBackend(vertx, balancer.host(), balancer.agent(), reports),
          BalancingMode.PROXY,
          (vertx, balancer, reports) ->
              new ProxyBackend(
                  vertx.getOrCreateContext(),
                  reports,
                  balancer.nanoTime(),
                  balancer.host().listenSockets()));

  private BalancerBackends() {}
}
