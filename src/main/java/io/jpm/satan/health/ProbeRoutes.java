package io.jpm.satan.health;

import io.jpm.bus.Addresses;
import io.jpm.bus.balancer.BalancerCommand;
import io.jpm.bus.balancer.BalancerReply;
import io.jpm.bus.balancer.BalancerReply.Route;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.io.IOException;
import java.net.Inet6Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/// Finds the route by which a probe's connection reaches one specific process. Processes that share
/// a port cannot be distinguished by the port. Confined to SatanVerticle's context.
final class ProbeRoutes {
  /// The timeout for ClusterBalancer's reply, which is longer than the timeout of most attempts.
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private static final InetAddress IPV4 = InetAddress.ofLiteral("127.0.0.1");
  private static final InetAddress IPV6 = InetAddress.ofLiteral("::1");

  private final Vertx vertx;

  ProbeRoutes(Vertx vertx) {
    this.vertx = vertx;
  }

  /// Returns the route to a process for a connection to `host` and `port`. The returned future
  /// never fails.
  Future<Route> to(ProbeTarget probeTarget, String host, int port) {
    return here(host)
        .compose(addresses ->
            addresses.isEmpty()
                ? Future.succeededFuture(new Route.Direct())
                : ask(
                    new BalancerCommand.ResolveRoute(
                        probeTarget.startMonitoring().worker(), addresses, port)));
  }

  private Future<Route> ask(BalancerCommand.ResolveRoute question) {
    return vertx
        .eventBus()
        .<BalancerReply>request(
            Addresses.BALANCER_COMMAND,
            question,
            new DeliveryOptions().setSendTimeout(PATIENCE.toMillis()))
        .map(reply ->
            switch (reply.body()) {
              case Route route -> route;
              case BalancerReply.Refused(String reason) -> new Route.Unreachable(reason);
              case BalancerReply.Done _,
                  BalancerReply.Prepared _,
                  BalancerReply.Drained _,
                  BalancerReply.Handover _,
                  BalancerReply.Status _ ->
                  new Route.Unreachable("unexpected reply from ClusterBalancer to " + question);
            })
        .otherwise(error ->
            new Route.Unreachable("ClusterBalancer does not answer: " + error.getMessage()));
  }

  /// Returns the addresses of `host` that belong to this machine; an empty list for a remote host.
  private Future<List<InetAddress>> here(String host) {
    return switch (host.toLowerCase(Locale.ROOT)) {
      case "localhost" -> Future.succeededFuture(List.of(IPV4, IPV6));
      case "127.0.0.1" -> Future.succeededFuture(List.of(IPV4));
      case "::1" -> Future.succeededFuture(List.of(IPV6));
      default ->
          vertx
              .executeBlocking(() -> lookedUp(host), false)
              // If the host is unknown, the probe itself reports the error.
              .otherwise(List.of());
    };
  }

  private static List<InetAddress> lookedUp(String host) throws IOException {
    List<InetAddress> own = new ArrayList<>();
    for (InetAddress address : InetAddress.getAllByName(host)) {
      if (address.isAnyLocalAddress()) {
        // A connection to the wildcard address reaches the loopback address.
        own.add(address instanceof Inet6Address ? IPV6 : IPV4);
      } else if (address.isLoopbackAddress()
          || NetworkInterface.getByInetAddress(address) != null) {
        own.add(address);
      }
    }
    return own;
  }
}
