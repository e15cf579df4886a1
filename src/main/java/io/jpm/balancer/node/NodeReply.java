package io.jpm.balancer.node;

import io.vertx.core.json.JsonObject;
import java.net.Inet6Address;
import java.net.InetSocketAddress;
import java.util.Optional;

/// Builds the messages that the primary sends to a worker.
final class NodeReply {
  /// Asks the preload script where the worker listens, and which of its requests are unanswered.
  static final String SERVERS = "{\"cmd\":\"NODE_JPM\",\"act\":\"servers\"}";

  private NodeReply() {}

  /// Returns the message that accompanies a socket. The server with this key, which was granted
  /// without a socket, must accept from it.
  static String accept(String key) {
    return own().put("act", "accept").put("key", key).encode();
  }

  /// Returns a message that tells the worker to stop accepting from the socket with this key.
  /// Another [#accept] may follow.
  static String pause(String key) {
    return own().put("act", "pause").put("key", key).encode();
  }

  /// Returns the acknowledgement of a message.
  static String acknowledge(long seq) {
    return cluster().put("ack", seq).encode();
  }

  /// Returns the answer that a socket could not be opened.
  ///
  /// @param errno the system's error number, positive; Node's protocol requires the negative number
  static String refused(long seq, String key, int errno, Optional<Object> data) {
    return ack(seq, key, -errno, data).encode();
  }

  /// Returns the answer that grants a socket. The message accompanies the socket or, if the worker
  /// must not receive the socket yet, is sent alone and contains its address.
  ///
  /// @param name the address of a socket that is not sent; otherwise empty
  static String granted(
      long seq, String key, Optional<Object> data, Optional<InetSocketAddress> name) {
    JsonObject ack = ack(seq, key, 0, data);
    name.ifPresent(at -> ack.put("sockname", sockname(at)));
    return ack.encode();
  }

  /// Returns the message that accompanies a connection.
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
