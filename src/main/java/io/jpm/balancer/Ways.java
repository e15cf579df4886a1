package io.jpm.balancer;

import io.jpm.balancer.fds.FdsSharing;
import io.jpm.balancer.jvm.JvmSharing;
import io.jpm.balancer.node.NodeSharing;
import io.jpm.balancer.proxy.ProxySharing;
import io.jpm.model.Balance;
import java.util.Map;

/// The ways of sharing that there are.
final class Ways {
  /// Each way's factory; [Balance#OFF] needs none.
  static final Map<Balance, SharingFactory> ALL =
      Map.of(
          Balance.NODE,
          (vertx, balancer, reports) ->
              new NodeSharing(vertx, balancer.host(), balancer.nodePreload(), reports),
          Balance.LISTEN_FDS,
          (vertx, balancer, reports) -> new FdsSharing(vertx, balancer.host(), reports),
          Balance.JVM,
          (vertx, balancer, reports) ->
              new JvmSharing(vertx, balancer.host(), balancer.agent(), reports),
          Balance.PROXY,
          (vertx, balancer, reports) ->
              new ProxySharing(
                  vertx.getOrCreateContext(),
                  reports,
                  balancer.nanoTime(),
                  balancer.host().listenSockets()));

  private Ways() {}
}
