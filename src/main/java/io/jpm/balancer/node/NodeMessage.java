package io.jpm.balancer.node;

import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.Set;
import java.util.stream.IntStream;

/// A message from a Node worker to its primary. Its `cmd` is `NODE_CLUSTER` or, for messages that
/// `lib/node-worker.cjs` adds, `NODE_JPM`. Node's own messages are the same in versions 18 to 24.
/// Unknown fields and messages are ignored.
sealed interface NodeMessage {
  /// Upper bound on the sockets of an app, because each uses a file descriptor of the daemon. It is
  /// also the maximum number of servers that are read from a worker's report.
  int MOST_PORTS = 256;

  /// The valid values of `addressType`. Node sends no value for a server that listens on a path.
  Set<String> TYPES = Set.of("4", "6", "udp4", "udp6", "-1", "null");

  /// Upper bound on the length of an address. The path of a unix socket is always shorter.
  int MOST_ADDRESS = 1024;

  /// Requests a listening socket (`queryServer`). Answered with an `ack` of `seq`.
  ///
  /// @param umask the umask for the file of a unix socket; empty if none was sent
  record Query(
      long seq,
      ListenTarget target,
      int index,
      int backlog,
      Optional<Object> data,
      OptionalInt umask)
      implements NodeMessage {}

  /// The address on which a worker requests to listen.
  ///
  /// @param address a literal IP address, or the path of a unix socket; empty for all addresses
  /// @param port the port; -1 for a unix socket
  /// @param type `4`, `6`, `udp4`, `udp6`, or `-1` for a unix socket
  /// @param fd a descriptor that the worker expects to be open in its primary; negative if there is
  ///   none
  /// @param flags bit 0: an IPv6 wildcard address does not accept IPv4
  record ListenTarget(Optional<String> address, int port, String type, int fd, int flags) {
    boolean udp() {
      return type.startsWith("udp");
    }

    /// Returns the path of a unix socket: an absolute path, or a NUL and a name for a socket
    /// without a file. Node prepends the working directory even to such a name; this method removes
    /// it.
    Optional<String> path() {
      return address
          .filter(_ -> port < 0 && fd < 0)
          .map(text -> text.substring(Math.max(0, text.indexOf('\0'))));
    }

    /// Returns the address as text: `*:3000`, `127.0.0.1:3000`, `/run/web.sock`.
    String text() {
      if (path().isPresent()) {
        return AddressText.of(path().get());
      }
      return (udp() ? "udp " : "") + AddressText.of(address.orElse("*"), port);
    }
  }

  /// Reports that a server listens. The `target` contains the actual port.
  record Listening(ListenTarget target) implements NodeMessage {}

  /// Reports that the worker has closed the socket that was granted under `key`.
  record Closed(String key) implements NodeMessage {}

  /// Reports that the worker is about to disconnect. Answered with an `ack`.
  record ExitedAfterDisconnect(long seq) implements NodeMessage {}

  /// Answers a connection that was handed to the worker.
  record ConnectionAck(long ack, boolean accepted) implements NodeMessage {}

  /// Reports that the worker has no connections left.
  record Drained() implements NodeMessage {}

  /// A server that listens.
  ///
  /// @param key the key under which its socket was granted; empty if the socket was not granted, or
  ///   if an older version of jpm started the worker
  record Server(InetSocketAddress address, Optional<String> key) {}

  /// Reports where the worker's servers listen.
  ///
  /// @param servers the servers, at most [NodeMessage#MOST_PORTS]
  /// @param paths the paths of unix sockets
  /// @param unanswered the worker's unanswered requests, [Query] and [ExitedAfterDisconnect]
  record Servers(List<Server> servers, List<String> paths, List<NodeMessage> unanswered)
      implements NodeMessage {}

  /// Parses a message; empty if the message requires no action.
  static Optional<NodeMessage> read(String json) {
    try {
      JsonObject message = new JsonObject(json);
      return switch (message.getString("cmd", "")) {
        case "NODE_CLUSTER" -> cluster(message);
        case "NODE_JPM" -> own(message);
        default -> Optional.empty();
      };
    } catch (DecodeException
        | ClassCastException
        | IllegalArgumentException
        | NullPointerException notOurs) {
      return Optional.empty(); // an app may send any message, with any fields
    }
  }

  private static Optional<NodeMessage> cluster(JsonObject message) {
    if (message.containsKey("ack")) {
      return Optional.of(
          new ConnectionAck(message.getLong("ack"), message.getBoolean("accepted", false)));
    }
    return switch (message.getString("act", "")) {
      case "queryServer" ->
          Optional.of(
              new Query(
                  message.getLong("seq"),
                  wanted(message),
                  number(message, "index", 0),
                  number(message, "backlog", 0),
                  Optional.ofNullable(message.getValue("data")),
                  umask(message)));
      case "listening" -> Optional.of(new Listening(wanted(message)));
      case "close" -> Optional.of(new Closed(message.getString("key", "")));
      case "exitedAfterDisconnect" ->
          Optional.of(new ExitedAfterDisconnect(message.getLong("seq")));
      default -> Optional.empty();
    };
  }

  private static ListenTarget wanted(JsonObject message) {
    String address = message.getString("address", "");
    String type = String.valueOf(message.getValue("addressType"));
    if (!TYPES.contains(type) || (address != null && address.length() > MOST_ADDRESS)) {
      throw new IllegalArgumentException("the addressType is unknown or the address is too long");
    }
    return new ListenTarget(
        Optional.ofNullable(address).filter(text -> !text.isEmpty()),
        number(message, "port", -1),
        type,
        number(message, "fd", -1),
        number(message, "flags", 0));
  }

  /// Returns the umask without the bits that `readableAll` and `writableAll` allow.
  private static OptionalInt umask(JsonObject message) {
    int umask = number(message, "umask", -1);
    if (umask < 0 || umask > 0777) {
      return OptionalInt.empty();
    }
    int open =
        (Boolean.TRUE.equals(message.getValue("readableAll")) ? 0444 : 0)
            | (Boolean.TRUE.equals(message.getValue("writableAll")) ? 0222 : 0);
    return OptionalInt.of(umask & ~open);
  }

  private static int number(JsonObject message, String name, int otherwise) {
    return message.getValue(name) instanceof Number number ? number.intValue() : otherwise;
  }

  private static Optional<NodeMessage> own(JsonObject message) {
    return switch (message.getString("act", "")) {
      case "drained" -> Optional.of(new Drained());
      case "servers" ->
          Optional.of(
              new Servers(
                  servers(message.getJsonArray("servers")),
                  // Workers that an older version of jpm has started do not report any paths.
                  paths(message.getJsonArray("paths", new JsonArray())),
                  unanswered(message.getJsonArray("unanswered"))));
      default -> Optional.empty();
    };
  }

  private static List<NodeMessage> unanswered(JsonArray messages) {
    return IntStream.range(0, Math.min(messages.size(), MOST_PORTS))
        .mapToObj(messages::getJsonObject)
        .flatMap(message -> cluster(message).stream())
        .toList();
  }

  private static List<String> paths(JsonArray paths) {
    return IntStream.range(0, Math.min(paths.size(), MOST_PORTS))
        .mapToObj(paths::getString)
        .toList();
  }

  private static List<Server> servers(JsonArray servers) {
    return IntStream.range(0, Math.min(servers.size(), MOST_PORTS))
        .mapToObj(servers::getJsonObject)
        .flatMap(server ->
            literal(server.getString("address", ""))
                .map(address -> new InetSocketAddress(address, number(server, "port", 0)))
                .map(at -> new Server(at, Optional.ofNullable(server.getString("key"))))
                .stream())
        .toList();
  }

  /// Parses a literal IP address. Does not resolve host names, because Node has already done so.
  static Optional<InetAddress> literal(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException noLiteral) {
      return Optional.empty();
    }
  }
}
