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
          (vertx, balancer, observer) ->
              new NodeBackend(vertx, balancer.host(), balancer.nodePreload(), observer),
          BalancingMode.LISTEN_FDS,
          (vertx, balancer, observer) -> new ActivationBackend(vertx, balancer.host(), observer),
          BalancingMode.JVM,
          (vertx, balancer, observer) ->
              new JvmBackend(vertx, balancer.host(), balancer.agent(), observer),
          BalancingMode.PROXY,
          (vertx, balancer, observer) ->
              new ProxyBackend(
                  vertx.getOrCreateContext(),
                  observer,
                  balancer.nanoTime(),
                  balancer.host().listenSockets()));

  private BalancerBackends() {}
}
