package io.jpm.balancer.jvm;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// A report about the servers of a process, from the Java agent or from Node's preload script.
///
/// @param endpoints the addresses at which only this process answers
/// @param transportReplaced whether the agent made Netty use Java's sockets instead of a native
///   transport
public record AgentReport(List<PrivateEndpoint> endpoints, boolean transportReplaced) {
  /// The state before the first report.
  public static final AgentReport NONE = new AgentReport(List.of(), false);

  public AgentReport {
    endpoints = List.copyOf(endpoints);
  }

  /// Parses a message from a process.
  ///
  /// @return the report; empty if the message is not a report about servers
  public static Optional<AgentReport> read(String json) {
    try {
      JsonObject message = new JsonObject(json);
      if (!"reached".equals(message.getValue("act"))) {
        return Optional.empty();
      }
      List<PrivateEndpoint> own = new ArrayList<>();
      for (Object each : message.getJsonArray("servers", new JsonArray())) {
        JsonObject server = (JsonObject) each;
        own.add(
            new PrivateEndpoint(
                address(server, "host", "port"), address(server, "ownHost", "ownPort")));
      }
      return Optional.of(new AgentReport(own, message.getBoolean("replaced", false)));
    } catch (DecodeException
        | ClassCastException
        | IllegalArgumentException
        | NullPointerException other) {
      return Optional.empty(); // not a report: an app may send any message
    }
  }

  private static InetSocketAddress address(JsonObject server, String host, String port) {
    return new InetSocketAddress(
        InetAddress.ofLiteral(server.getString(host)), server.getInteger(port));
  }
}
