package io.jpm.balancer.jvm;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// Where a process alone answers for one of its servers, past the socket that it shares.
///
/// @param shared where the server is bound
/// @param own where the process itself is reached, on the loopback address
record OwnSocket(InetSocketAddress shared, InetSocketAddress own) {
  /// Whether who wants to connect to one of `addresses` is answered by this server.
  boolean standsFor(List<InetAddress> addresses, int port) {
    return shared.getPort() == port
        && (shared.getAddress().isAnyLocalAddress() || addresses.contains(shared.getAddress()));
  }

  /// What the agent says of all servers of its process.
  ///
  /// @param json a message of the process
  /// @return empty where it says something else
  static Optional<List<OwnSocket>> read(String json) {
    try {
      JsonObject message = new JsonObject(json);
      if (!"reached".equals(message.getValue("act"))) {
        return Optional.empty();
      }
      List<OwnSocket> sockets = new ArrayList<>();
      for (Object each : message.getJsonArray("servers", new JsonArray())) {
        JsonObject server = (JsonObject) each;
        sockets.add(
            new OwnSocket(address(server, "host", "port"), address(server, "ownHost", "ownPort")));
      }
      return Optional.of(List.copyOf(sockets));
    } catch (DecodeException
        | ClassCastException
        | IllegalArgumentException
        | NullPointerException other) {
      return Optional.empty(); // nothing that the agent says
    }
  }

  private static InetSocketAddress address(JsonObject server, String host, String port) {
    return new InetSocketAddress(
        InetAddress.ofLiteral(server.getString(host)), server.getInteger(port));
  }
}
