package io.jpm.balancer.node;

import io.vertx.core.json.JsonObject;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Optional;

/// What the primary says to a worker.
final class NodeReply {
  /// Asks the preload where it listens, and what it still waits for an answer to.
  static final String SERVERS = "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}";

  private NodeReply() {}

  /// The socket comes with this message: accept from it what comes to the server of that key, which
  /// was granted without one.
  static String accept(String key) {
    return own().put("act", "accept").put("key", key).encode();
  }

  /// Accept no more from the socket of that key; another [#accept] may follow.
  static String pause(String key) {
    return own().put("act", "pause").put("key", key).encode();
  }

  /// Something was heard.
  static String heard(long seq) {
    return cluster().put("ack", seq).encode();
  }

  /// A socket cannot be had.
  ///
  /// @param errno the system's number, positive; Node has it negative
  static String refused(long seq, String key, int errno, Optional<Object> data) {
    return ack(seq, key, -errno, data).encode();
  }

  /// The socket comes with this message, or, where the worker is handed its connections, this
  /// message alone tells where it listens.
  static String granted(
      long seq, String key, Optional<Object> data, Optional<InetSocketAddress> name) {
    JsonObject ack = ack(seq, key, 0, data);
    name.ifPresent(at -> ack.put("sockname", sockname(at)));
    return ack.encode();
  }

  /// A connection comes with this message.
  static String connection(long seq, String key) {
    return cluster().put("act", "newconn").put("key", key).put("seq", seq).encode();
  }

  private static JsonObject ack(long seq, String key, int errno, Optional<Object> data) {
    JsonObject ack = cluster().put("ack", seq).put("errno", errno).put("key", key);
    data.ifPresentOrElse(value -> ack.put("data", value), () -> ack.putNull("data"));
    return ack;
  }

  private static JsonObject sockname(InetSocketAddress at) {
    return new JsonObject()
        .put("address", AddressText.literal(at.getAddress()))
        .put("family", at.getAddress() instanceof Inet6Address ? "IPv6" : "IPv4")
        .put("port", at.getPort());
  }

  private static JsonObject own() {
    return new JsonObject().put("cmd", "NODE_JPM");
  }

  private static JsonObject cluster() {
    return new JsonObject().put("cmd", "NODE_CLUSTER");
  }
}
