package io.jpm.satan.health;

import io.jpm.bus.balancer.BalancerReply.Route;
import io.jpm.model.ProbeHandler;
import io.vertx.core.Vertx;
import io.vertx.core.net.NetClient;
import io.vertx.core.net.NetClientOptions;
import io.vertx.core.net.SocketAddress;
import java.net.ConnectException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.UnknownHostException;
import java.util.HashMap;
import java.util.Map;
import java.util.function.Consumer;

/// Checks whether a process accepts TCP connections. Confined to SatanVerticle's context.
final class TcpProbe {
  private static final int LAST_PORT = 65_535;

  private final ProbeRoutes probeRoutes;
  private final Vertx vertx;
  private final NetClient client;

  /// The clients by source address. The daemon connects from a special source address to reach the
  /// new process of a reload.
  private final Map<InetAddress, NetClient> others = new HashMap<>();

  TcpProbe(Vertx vertx, ProbeRoutes probeRoutes) {
    this.vertx = vertx;
    this.probeRoutes = probeRoutes;
    this.client = vertx.createNetClient(new NetClientOptions());
  }

  static String endpoint(String host, String port) {
    return (host.contains(":") ? "[" + host + "]" : host) + ":" + port;
  }

  ProbeAttempt start(
      ProbeHandler.Tcp check, ProbeTarget probeTarget, Consumer<ProbeResult> answer) {
    String host;
    String text;
    try {
      host = Placeholders.expand(check.host(), probeTarget.startMonitoring().variables());
      text = Placeholders.expand(check.port(), probeTarget.startMonitoring().variables()).strip();
    } catch (Placeholders.Unknown unknown) {
      answer.accept(new ProbeResult.Failed(String.valueOf(unknown.getMessage())));
      return ProbeAttempt.OVER;
    }
    int port = port(text);
    if (port < 1) {
      answer.accept(
          new ProbeResult.Failed(
              "%s: \"%s\" is not a port".formatted(endpoint(host, check.port()), text)));
      return ProbeAttempt.OVER;
    }
    String place = endpoint(host, text);
    probeRoutes
        .to(probeTarget, host, port)
        .onSuccess(route -> {
          switch (route) {
            case Route.Direct() ->
                start(client, SocketAddress.inetSocketAddress(port, host), place, answer);
            case Route.Via(InetSocketAddress address) ->
                start(client, SocketAddress.inetSocketAddress(address), place, answer);
            case Route.FromSource(InetAddress source, InetSocketAddress address) ->
                start(from(source), SocketAddress.inetSocketAddress(address), place, answer);
            case Route.Unreachable(String reason) -> answer.accept(new ProbeResult.Failed(reason));
          }
        });
    // There is nothing to cancel: a connection that is established later is closed immediately, and
    // its result is ignored.
    return ProbeAttempt.OVER;
  }

  private NetClient from(InetAddress source) {
    return others.computeIfAbsent(
        source,
        it -> vertx.createNetClient(new NetClientOptions().setLocalAddress(it.getHostAddress())));
  }

  private void start(
      NetClient asker, SocketAddress address, String place, Consumer<ProbeResult> answer) {
    asker
        .connect(address)
        .onSuccess(socket -> {
          socket.close();
          answer.accept(new ProbeResult.Passed());
        })
        .onFailure(error -> answer.accept(new ProbeResult.Failed(refusal(place, error))));
  }

  private static int port(String text) {
    try {
      int port = Integer.parseInt(text);
      return port <= LAST_PORT ? port : -1;
    } catch (NumberFormatException _) {
      return -1;
    }
  }

  /// Returns the reason, for users, why no connection was established.
  static String refusal(String place, Throwable error) {
    return switch (error) {
      case UnknownHostException _ -> place + ": no such host";
      case ConnectException _ -> "nothing listens on " + place;
      default -> place + ": " + (error.getMessage() == null ? error : error.getMessage());
    };
  }
}
