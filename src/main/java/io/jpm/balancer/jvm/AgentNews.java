package io.jpm.balancer.jvm;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// What the agent of a process, or the file that Node loads, says of its servers.
///
/// @param own where the process alone is reached
/// @param replaced whether Java's sockets stand in for a transport of Netty's own
public record AgentNews(List<OwnSocket> own, boolean replaced) {
  /// Nothing yet.
  public static final AgentNews NONE = new AgentNews(List.of(), false);

  public AgentNews {
    own = List.copyOf(own);
  }

  /// Reads a message of a process.
  ///
  /// @return empty where it says something else
  public static Optional<AgentNews> read(String json) {
    try {
      JsonObject message = new JsonObject(json);
      if (!"reached".equals(message.getValue("act"))) {
        return Optional.empty();
      }
      List<OwnSocket> own = new ArrayList<>();
      for (Object each : message.getJsonArray("servers", new JsonArray())) {
        JsonObject server = (JsonObject) each;
        own.add(
            new OwnSocket(address(server, "host", "port"), address(server, "ownHost", "ownPort")));
      }
      return Optional.of(new AgentNews(own, message.getBoolean("replaced", false)));
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
