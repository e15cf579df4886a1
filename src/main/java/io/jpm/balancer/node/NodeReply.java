package io.jpm.balancer.node;

import io.vertx.core.json.JsonObject;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Optional;

/// Builds the messages that the primary sends to a worker.
final class NodeReply {
  /// Requests that the preload script report where the worker listens and which of its requests are
  /// unanswered.
  static final String SERVERS = "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}";

  private NodeReply() {}

  /// Returns the message that is sent together with a socket. The server that was granted this key
  /// without a socket must accept connections from the socket.
  static String accept(String key) {
    return own().put("act", "accept").put("key", key).encode();
  }

  /// Returns the message that makes the worker stop accepting connections from the socket with this
  /// key. An [#accept] message may follow later.
  static String pause(String key) {
    return own().put("act", "pause").put("key", key).encode();
  }

  /// Returns the acknowledgement of a message.
  static String acknowledge(long seq) {
    return cluster().put("ack", seq).encode();
  }

  /// Returns the reply for a socket that could not be opened.
  ///
  /// @param errno the system's error number, positive; Node's protocol requires the negative number
  static String refused(long seq, String key, int errno, Optional<Object> data) {
    return ack(seq, key, -errno, data).encode();
  }

  /// Returns the reply that grants a socket. The reply is sent together with the socket. If the
  /// worker must not receive the socket yet, the reply is sent alone and contains the address of
  /// the socket.
  ///
  /// @param name the address of the socket if the socket itself is not sent; otherwise empty
  static String granted(
      long seq, String key, Optional<Object> data, Optional<InetSocketAddress> name) {
    JsonObject ack = ack(seq, key, 0, data);
    name.ifPresent(at -> ack.put("sockname", sockname(at)));
    return ack.encode();
  }

  /// Returns the message that is sent together with a connection.
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
