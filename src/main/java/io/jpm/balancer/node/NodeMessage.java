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

/// What a worker says to its primary: `cmd` is `NODE_CLUSTER`, or `NODE_JPM` for what
/// `lib/node-worker.cjs` adds. Node's own are the same in versions 18 to 24; unknown fields and
/// messages are ignored.
sealed interface NodeMessage {
  /// On how many places the processes of an app may listen together: each takes a descriptor of the
  /// daemon's. Of the places that a worker names no more are read.
  int MOST_PORTS = 256;

  /// What `addressType` may be; Node names none where a server listens on a path.
  Set<String> TYPES = Set.of("4", "6", "udp4", "udp6", "-1", "null");

  /// What an address is told as at most; a path of a unix socket is shorter.
  int MOST_ADDRESS = 1024;

  /// It wants to listen: `queryServer`. Answered with an `ack` of `seq`.
  ///
  /// @param umask for a unix path: the bits that its file does not get; empty: not told
  record Query(
      long seq, Wanted wanted, int index, int backlog, Optional<Object> data, OptionalInt umask)
      implements NodeMessage {}

  /// Where it wants to listen.
  ///
  /// @param address a literal; empty: every address; for a unix path the path
  /// @param port -1 for a unix path
  /// @param type `4`, `6`, `udp4`, `udp6`, or `-1` for a unix path
  /// @param fd a descriptor that it believes its primary to have, else less than 0
  /// @param flags bit 0: an IPv6 wildcard leaves IPv4 alone
  record Wanted(Optional<String> address, int port, String type, int fd, int flags) {
    boolean udp() {
      return type.startsWith("udp");
    }

    /// The path of a unix socket: absolute, or a NUL and a name without a file. Node puts the
    /// working directory before that too, which names of that kind do not have.
    Optional<String> path() {
      return address
          .filter(_ -> port < 0 && fd < 0)
          .map(text -> text.substring(Math.max(0, text.indexOf('\0'))));
    }

    /// As people write it: `*:3000`, `127.0.0.1:3000`, `/run/web.sock`.
    String text() {
      if (path().isPresent()) {
        return AddressText.of(path().get());
      }
      return (udp() ? "udp " : "") + AddressText.of(address.orElse("*"), port);
    }
  }

  /// A server listens; `wanted` has the port that it got.
  record Listens(Wanted wanted) implements NodeMessage {}

  /// It has closed what it got under `key`.
  record Closed(String key) implements NodeMessage {}

  /// It is about to disconnect; answered with an `ack`.
  record Leaves(long seq) implements NodeMessage {}

  /// The answer to a connection handed over in round robin.
  record Answer(long ack, boolean accepted) implements NodeMessage {}

  /// It has no connection any more.
  record Drained() implements NodeMessage {}

  /// A server that listens.
  ///
  /// @param key under which it was granted; empty: it has its socket from nobody, or the worker was
  ///   made by an older version
  record Server(InetSocketAddress address, Optional<String> key) {}

  /// Where its servers listen.
  ///
  /// @param servers as many as an app may have
  /// @param paths of unix sockets
  /// @param unanswered what it has asked and had no answer to, [Query] and [Leaves]
  record Servers(List<Server> servers, List<String> paths, List<NodeMessage> unanswered)
      implements NodeMessage {}

  /// Reads one; empty when there is nothing to do.
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
      return Optional.empty(); // an app may write what it likes, and leave out what it likes
    }
  }

  private static Optional<NodeMessage> cluster(JsonObject message) {
    if (message.containsKey("ack")) {
      return Optional.of(new Answer(message.getLong("ack"), message.getBoolean("accepted", false)));
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
      case "listening" -> Optional.of(new Listens(wanted(message)));
      case "close" -> Optional.of(new Closed(message.getString("key", "")));
      case "exitedAfterDisconnect" -> Optional.of(new Leaves(message.getLong("seq")));
      default -> Optional.empty();
    };
  }

  private static Wanted wanted(JsonObject message) {
    String address = message.getString("address", "");
    String type = String.valueOf(message.getValue("addressType"));
    if (!TYPES.contains(type) || (address != null && address.length() > MOST_ADDRESS)) {
      throw new IllegalArgumentException("no address of Node's");
    }
    return new Wanted(
        Optional.ofNullable(address).filter(text -> !text.isEmpty()),
        number(message, "port", -1),
        type,
        number(message, "fd", -1),
        number(message, "flags", 0));
  }

  /// What `readableAll` and `writableAll` open is not kept from the file.
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
                  // Workers that an older version has made do not name any.
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

  /// An address from its digits; names are not looked up, Node has done that.
  static Optional<InetAddress> literal(String text) {
    try {
      return Optional.of(InetAddress.ofLiteral(text));
    } catch (IllegalArgumentException noLiteral) {
      return Optional.empty();
    }
  }
}
